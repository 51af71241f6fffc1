import type {
  HistoryPeriod,
  HistoryView,
  ModelView,
  QueueView,
  ToolView,
  UsageView,
} from "@bullpen/protocol";
import { isList, isObject } from "./http/check-answer.js";
import type { CallOptions, Transport } from "./http/transport.js";
import type { WorkerView } from "./wire.js";

/** The models that queries may name: `/v1/models`. */
export class Models {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(options: CallOptions = {}): Promise<readonly ModelView[]> {
    return dataOf(this.#transport, "/v1/models", options);
  }

  /** @throws {RequestRefusedError} `model_not_found` when no worker has served it. */
  async get(id: string, options: CallOptions = {}): Promise<ModelView> {
    // The name of a model may hold slashes, which part the path.
    const path = `/v1/models/${id.split("/").map(encodeURIComponent).join("/")}`;
    return this.#transport.json({ method: "GET", path, ...options }, isObject("model"));
  }
}

/** The tools that queries may name: `/v1/tools`. */
export class Tools {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(options: CallOptions = {}): Promise<readonly ToolView[]> {
    return dataOf(this.#transport, "/v1/tools", options);
  }
}

/** The worker processes that are alive, as of their last heartbeat: `/v1/workers`. */
export class Workers {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(options: CallOptions = {}): Promise<readonly WorkerView[]> {
    return dataOf(this.#transport, "/v1/workers", options);
  }
}

/** How many queries each model has in each state: `/v1/queues`. */
export class Queues {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(options: CallOptions = {}): Promise<readonly QueueView[]> {
    return dataOf(this.#transport, "/v1/queues", options);
  }
}

/** What the server did over time: `/v1/history`. */
export class History {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** @param period default: `hour`. */
  async get(period: HistoryPeriod = "hour", options: CallOptions = {}): Promise<HistoryView> {
    const request = { method: "GET", path: "/v1/history", query: { period }, ...options } as const;
    return this.#transport.json(request, isObject("history"));
  }
}

/** Which days of whose usage. */
export interface ListUsageOptions extends CallOptions {
  /** The first day, in UTC, such as `2026-11-28`. Default: 29 days before the last one. */
  readonly start_date?: string;
  /** Default: today. */
  readonly end_date?: string;
  /** Another tenant than the key's own, for keys of the role admin. */
  readonly tenant?: string;
}

/** Queries and tokens by day, key and model: `/v1/usage`. */
export class Usage {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list({
    start_date,
    end_date,
    tenant,
    ...options
  }: ListUsageOptions = {}): Promise<readonly UsageView[]> {
    const wanted = Object.entries({ start_date, end_date, tenant });
    const given = wanted.filter((entry): entry is [string, string] => entry[1] !== undefined);
    return dataOf(this.#transport, `/v1/usage?${new URLSearchParams(given)}`, options);
  }
}

async function dataOf<T>(transport: Transport, path: string, options: CallOptions): Promise<readonly T[]> {
  const request = { method: "GET", path, ...options } as const;
  return (await transport.json<{ readonly data: readonly T[] }>(request, isList)).data;
}
