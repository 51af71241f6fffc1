import { type QueryView, queryViewSchema, type WorkerView, workerSchema } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import { z } from "zod";

const errorSchema = z.object({
  error: z.object({ message: z.string(), code: z.string(), param: z.string().nullable() }),
});

/** The api refused a request. */
export class ApiRefusal extends StartupError {
  /** The field at fault, such as `[3].query`. */
  readonly param: string | null;

  constructor(message: string, param: string | null) {
    super(message);
    this.param = param;
  }
}
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
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 250;

/** Talks to the api of a running Bullpen. */
export class ApiClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/$/, "");
  }

  /** Submits up to 1,000 queries and returns their ids in the same order. */
  async submit(queries: readonly object[], signal?: AbortSignal): Promise<string[]> {
    const reply = await this.#request("POST", "/v1/queries", signal, queries);
    return acceptedSchema.parse(reply).data.map((query) => query.id);
  }

  /** The query as it stands at its end, or after `waitSeconds` at the latest. */
  async get(id: string, waitSeconds: number, signal?: AbortSignal): Promise<QueryView> {
    const path = `/v1/queries/${encodeURIComponent(id)}?wait=${waitSeconds}`;
    return queryViewSchema.parse(await this.#request("GET", path, signal));
  }

  async queues(signal?: AbortSignal): Promise<QueueCounts[]> {
    return queuesSchema.parse(await this.#request("GET", "/v1/queues", signal)).data;
  }

  /** The worker processes that live. */
  async workers(signal?: AbortSignal): Promise<WorkerView[]> {
    return workersSchema.parse(await this.#request("GET", "/v1/workers", signal)).data;
  }

  async #request(method: string, path: string, signal?: AbortSignal, body?: unknown): Promise<unknown> {
    // A POST whose reply was lost may have been accepted: only reads are tried again.
    const attempts = method === "GET" ? ATTEMPTS : 1;
    for (let attempt = 1; ; attempt++) {
      const result = await this.#try(method, path, signal, body);
      if ("reply" in result) return result.reply;
      if (!result.mayRetry || attempt >= attempts) throw result.error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }

  async #try(
    method: string,
    path: string,
    signal: AbortSignal | undefined,
    body: unknown,
  ): Promise<{ reply: unknown } | { error: Error; mayRetry: boolean }> {
    let response: Response;
    try {
      const headers = { "content-type": "application/json" };
      response = await fetch(this.#url + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      return { error: this.#unreachable(error), mayRetry: true };
    }
    const text = await response.text();
    if (response.ok) return { reply: JSON.parse(text) };
    return {
      error: toRefusal(response.status, text),
      mayRetry: response.status === 503,
    };
  }

  #unreachable(error: unknown): StartupError {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return new StartupError(
      `No Bullpen answers at ${this.#url} (${cause}). Start one with \`npm start\`, or say where it is with --url.`,
    );
  }
}

function toRefusal(status: number, text: string): ApiRefusal {
  try {
    const { error } = errorSchema.parse(JSON.parse(text));
    return new ApiRefusal(`The api refused: ${error.message} (${error.code})`, error.param);
  } catch {
    return new ApiRefusal(`The api answered with HTTP status ${status}: ${text.slice(0, 200)}`, null);
  }
}
