import type { BatchStatus } from "@bullpen/contracts";
import { z } from "zod";
import { ApiConnection, type ApiRequest } from "./connection.js";
import { type Outage, retryWhileAway } from "./retry.js";
import { type Upload, uploadStream } from "./upload-stream.js";

const STATUSES = [
  "validating",
  "failed",
  "in_progress",
  "finalizing",
  "completed",
  "expired",
  "cancelling",
  "cancelled",
] as const satisfies readonly BatchStatus[];

/** What the command line reads of a batch; the rest passes through to `--json`. */
const batchSchema = z.looseObject({
  id: z.string(),
  status: z.enum(STATUSES),
  model: z.string().nullable(),
  errors: z.object({ data: z.array(z.object({ message: z.string(), line: z.int().nullable() })) }).nullable(),
  input_file_id: z.string(),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  request_counts: z.object({ total: z.int(), completed: z.int(), failed: z.int() }),
  usage: z.object({ input_tokens: z.int(), output_tokens: z.int() }),
  metadata: z.record(z.string(), z.string()).nullable(),
  created_at: z.number(),
  completed_at: z.number().nullable(),
  failed_at: z.number().nullable(),
  expired_at: z.number().nullable(),
  cancelled_at: z.number().nullable(),
  bullpen: z.object({ lines_per_second: z.number(), seconds_left: z.number() }).nullable(),
});
export type Batch = z.output<typeof batchSchema>;

const listSchema = z.object({ data: z.array(batchSchema), has_more: z.boolean() });
const fileSchema = z.object({ id: z.string() });

/** Most batches in one page of the list. */
export const MAX_LISTED = 100;

export interface BatchClientOptions {
  readonly url: string;
  /** Default: as many as it takes. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  readonly outage?: Outage;
}

/** Asks the api of a running Bullpen about batches; goes on asking while it is away. */
export class BatchClient {
  readonly #api: ApiConnection;
  readonly #options: BatchClientOptions;

  constructor(options: BatchClientOptions) {
    this.#api = new ApiConnection(options.url);
    this.#options = options;
  }

  /**
   * Uploads a file and returns its id.
   *
   * @param key stands for this upload: one whose reply was lost is not made twice.
   */
  async upload(upload: Upload, key: string): Promise<string> {
    const request = { method: "POST", path: "/v1/files", idempotencyKey: key } as const;
    const reply = await this.#retry(() =>
      this.#parsed(fileSchema, { ...request, stream: uploadStream(upload) }),
    );
    return reply.id;
  }

  async removeFile(id: string): Promise<void> {
    await this.#parsed(fileSchema, { method: "DELETE", path: `/v1/files/${encodeURIComponent(id)}` });
  }

  /** @param key stands for this batch: one whose reply was lost is not made twice. */
  async create(fileId: string, metadata: Record<string, string>, key: string): Promise<Batch> {
    const json = {
      input_file_id: fileId,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      metadata,
    };
    return this.#batch({ method: "POST", path: "/v1/batches", json, idempotencyKey: key });
  }

  async get(id: string): Promise<Batch> {
    return this.#batch({ method: "GET", path: pathOf(id) });
  }

  async cancel(id: string): Promise<Batch> {
    return this.#batch({ method: "POST", path: `${pathOf(id)}/cancel` });
  }

  /** The newest batches first, {@link MAX_LISTED} at most. */
  async list(limit: number): Promise<{ data: Batch[]; has_more: boolean }> {
    const path = `/v1/batches?limit=${limit}`;
    return this.#retry(() => this.#parsed(listSchema, { method: "GET", path }));
  }

  /**
   * The bytes of the result lines behind the first `after`, cut anywhere. Throws when the api went away
   * in the middle, and may end early when it was told to stop.
   *
   * @param follow whether they go on until the batch ends.
   */
  async results(id: string, after: number, follow: boolean): Promise<AsyncIterable<Uint8Array>> {
    const path = `${pathOf(id)}/results?after=${after}&follow=${follow}`;
    const { signal } = this.#options;
    const { body } = await this.#retry(() => this.#api.open({ method: "GET", path, signal }));
    return body ?? emptyBody();
  }

  async #batch(request: ApiRequest): Promise<Batch> {
    return this.#retry(() => this.#parsed(batchSchema, request));
  }

  #parsed<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): Promise<z.output<Schema>> {
    return this.#api.parsed(schema, { ...request, signal: this.#options.signal });
  }

  #retry<T>(request: () => Promise<T>): Promise<T> {
    return retryWhileAway(request, this.#options);
  }
}

function pathOf(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
