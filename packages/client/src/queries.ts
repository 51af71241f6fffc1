import type { QueryStatus } from "@bullpen/contracts";
import { isTerminal } from "@bullpen/contracts/is-terminal";
import type { AcceptedQuery, QueryView, TranscriptView } from "@bullpen/protocol";
import { type AnswerEvent, streamAnswer } from "./answer-stream.js";
import { RequestRefusedError } from "./errors.js";
import { isList, isObject } from "./http/check-answer.js";
import type { CallOptions, CreateOptions, Transport } from "./http/transport.js";
import { eachOf, type PageOptions } from "./pages.js";
import { toChatParameters } from "./to-chat-parameters.js";
import type { Page, QueryParameters } from "./wire.js";

/** Most queries that the API takes in one request. */
const MAX_PER_REQUEST = 1_000;
/** How long one request waits for a query's end, in seconds: below the idle limit of common proxies (60). */
const WAIT_SECONDS = 30;
/** Queries that are waited for side by side: enough to keep up with a busy stack, few enough for its sockets. */
const DEFAULT_CONCURRENCY = 16;

const isQuery = isObject("query");

export interface GetQueryOptions extends CallOptions {
  /** How long the API waits for the query's end before it answers, 0 to 60. Default: 0. */
  readonly waitSeconds?: number;
}

export interface TranscriptOptions extends CallOptions {
  /** Whether each turn comes with the conversation that the model went on from. Default: false. */
  readonly prompt?: boolean;
}

export interface ListQueriesOptions extends CallOptions, PageOptions {
  readonly status?: QueryStatus;
}

export interface SubmitQueriesOptions extends CallOptions {
  /** As for one query. Requests after the first 1,000 queries have it with their number: `key-2`, `key-3`. */
  readonly idempotencyKey?: string;
  /** Called after each request with the number of queries accepted so far. */
  readonly onAccepted?: (count: number) => void;
}

export interface RunQueriesOptions extends SubmitQueriesOptions {
  /** Called once for each query that has ended, with its place among the queries. */
  readonly onEnded?: (query: QueryView, index: number) => void;
  /** Queries that are waited for side by side. Default: 16. */
  readonly concurrency?: number;
}

/** Questions that the agent answers one by one: `/v1/queries`. */
export class Queries {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Submits one query. @throws {BullpenError} */
  async submit(query: QueryParameters, options: CreateOptions = {}): Promise<AcceptedQuery> {
    return this.#transport.json({ method: "POST", path: "/v1/queries", json: query, ...options }, isQuery);
  }

  /**
   * Submits any number of queries, up to 1,000 in one request. Those of a request are accepted together or not at
   * all; a refusal leaves the requests before it accepted.
   *
   * @returns what was accepted, in the order of the queries.
   * @throws {BullpenError} `RequestRefusedError` names the query at fault by its place, counted from 1.
   */
  async submitAll(
    queries: readonly QueryParameters[],
    { onAccepted, idempotencyKey: key, ...options }: SubmitQueriesOptions = {},
  ): Promise<AcceptedQuery[]> {
    const accepted: AcceptedQuery[] = [];
    for (let start = 0; start < queries.length; start += MAX_PER_REQUEST) {
      const json = queries.slice(start, start + MAX_PER_REQUEST);
      const number = start / MAX_PER_REQUEST + 1;
      const idempotencyKey = key !== undefined && number > 1 ? `${key}-${number}` : key;
      const request = { method: "POST", path: "/v1/queries", json, idempotencyKey, ...options } as const;
      try {
        const { data } = await this.#transport.json<Page<AcceptedQuery>>(request, isList);
        accepted.push(...data);
      } catch (error) {
        throw namingQuery(error, start, queries.length);
      }
      onAccepted?.(accepted.length);
    }
    return accepted;
  }

  /** The query as it is now, or at its end where that comes within `waitSeconds`. */
  async get(id: string, { waitSeconds, ...options }: GetQueryOptions = {}): Promise<QueryView> {
    const request = { method: "GET", path: pathOf(id), query: { wait: waitSeconds }, ...options } as const;
    return this.#transport.json(request, isQuery);
  }

  /** What happened to the query so far, turn by turn. */
  async transcript(id: string, { prompt, ...options }: TranscriptOptions = {}): Promise<TranscriptView> {
    const query = prompt === undefined ? {} : { prompt: String(prompt) };
    const request = { method: "GET", path: `${pathOf(id)}/transcript`, query, ...options } as const;
    return this.#transport.json(request, isObject("query.transcript"));
  }

  /** Waits until a query has ended, however long that takes. */
  async wait(id: string, options: CallOptions = {}): Promise<QueryView> {
    for (;;) {
      const query = await this.get(id, { ...options, waitSeconds: WAIT_SECONDS });
      if (isTerminal(query.status)) return query;
    }
  }

  /** Submits queries and waits for all of them. The results are in the order of the queries. */
  async runAll(queries: readonly QueryParameters[], options: RunQueriesOptions = {}): Promise<QueryView[]> {
    const { onEnded, concurrency = DEFAULT_CONCURRENCY, ...submitOptions } = options;
    const accepted = await this.submitAll(queries, submitOptions);
    const { signal, maxAttempts } = submitOptions;
    const ended: QueryView[] = [];
    let next = 0;
    const waitForSome = async () => {
      for (let index = next++; index < accepted.length; index = next++) {
        const query = await this.wait(accepted[index]?.id ?? "", { signal, maxAttempts });
        ended[index] = query;
        onEnded?.(query, index);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, accepted.length) }, waitForSome));
    return ended;
  }

  /**
   * Asks one query and gives its answer while it is written. Leaving the loop early cancels the query.
   *
   * @throws {BullpenError} also when the query ends without an answer.
   */
  stream(query: QueryParameters, options: CreateOptions = {}): AsyncGenerator<AnswerEvent, void> {
    return streamAnswer(this.#transport, toChatParameters(query), options);
  }

  /** One page of the queries, newest first. */
  async list({ status, after, limit, ...options }: ListQueriesOptions = {}): Promise<Page<QueryView>> {
    const query = { status, after, limit };
    return this.#transport.json({ method: "GET", path: "/v1/queries", query, ...options }, isList);
  }

  /** All queries, newest first, page by page. */
  listAll(options: ListQueriesOptions = {}): AsyncGenerator<QueryView> {
    return eachOf((after) => this.list({ ...options, after }), options.after);
  }

  /** Ends a query; its steps so far are kept. @throws {RequestRefusedError} when it has ended before. */
  async cancel(id: string, options: CallOptions = {}): Promise<QueryView> {
    return this.#transport.json({ method: "POST", path: `${pathOf(id)}/cancel`, ...options }, isQuery);
  }
}

function pathOf(id: string): string {
  return `/v1/queries/${encodeURIComponent(id)}`;
}

/** Names the caller's query where the API names a place in the array that one request held. */
function namingQuery(error: unknown, start: number, count: number): unknown {
  const place = error instanceof RequestRefusedError ? /^\[(\d+)\]\.?/.exec(error.param ?? "") : null;
  if (!(error instanceof RequestRefusedError) || !place) return error;
  const number = start + Number(place[1]) + 1;
  return new RequestRefusedError(
    error.message.replace(place[0], count === 1 ? "" : `query ${number}: `),
    error,
  );
}
