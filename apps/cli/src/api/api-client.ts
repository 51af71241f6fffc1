import { randomUUID } from "node:crypto";
import { type WorkerView, workerSchema } from "@bullpen/contracts";
import { type QueryView, queryViewSchema } from "@bullpen/protocol";
import { z } from "zod";
import { ApiConnection, type ApiRequest } from "./connection.js";
import { retryWhileAway } from "./retry.js";

const acceptedSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const queuesSchema = z.object({
  data: z.array(
    z.object({
      model: z.string(),
      queued: z.int(),
      running: z.int(),
      waiting_for_tool: z.int(),
      completed: z.int(),
      not_completed: z.int(),
    }),
  ),
});
const workersSchema = z.object({ data: z.array(workerSchema) });
export type QueueCounts = z.output<typeof queuesSchema>["data"][number];

/** Tries of one request while the api is away or too busy to take it. */
const ATTEMPTS = 12;

/** Asks the api of a running Bullpen about queries. */
export class ApiClient {
  readonly #api: ApiConnection;

  constructor(url: string) {
    this.#api = new ApiConnection(url);
  }

  /** Submits up to 1,000 queries and returns their ids in the same order. */
  async submit(queries: readonly object[], signal?: AbortSignal): Promise<string[]> {
    const reply = await this.#send(acceptedSchema, {
      method: "POST",
      path: "/v1/queries",
      json: queries,
      idempotencyKey: randomUUID(),
      signal,
    });
    return reply.data.map((query) => query.id);
  }

  /** The query as it stands at its end, or after `waitSeconds` at the latest. */
  async get(id: string, waitSeconds: number, signal?: AbortSignal): Promise<QueryView> {
    const path = `/v1/queries/${encodeURIComponent(id)}?wait=${waitSeconds}`;
    return this.#send(queryViewSchema, { method: "GET", path, signal });
  }

  async queues(signal?: AbortSignal): Promise<QueueCounts[]> {
    return (await this.#send(queuesSchema, { method: "GET", path: "/v1/queues", signal })).data;
  }

  /** The worker processes that live. */
  async workers(signal?: AbortSignal): Promise<WorkerView[]> {
    return (await this.#send(workersSchema, { method: "GET", path: "/v1/workers", signal })).data;
  }

  #send<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): Promise<z.output<Schema>> {
    return retryWhileAway(() => this.#api.parsed(schema, request), {
      attempts: ATTEMPTS,
      signal: request.signal,
    });
  }
}
