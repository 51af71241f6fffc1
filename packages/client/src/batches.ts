import { splitLines } from "@bullpen/base";
import type { BatchStatus } from "@bullpen/contracts";
import { isTerminal } from "@bullpen/contracts/is-terminal";
import type {
  BatchEstimate,
  BatchFailures,
  BatchHistograms,
  BatchView,
  RetriedBatches,
} from "@bullpen/protocol";
import { followResults, type ResultLines } from "./batch-results.js";
import { isList, isObject } from "./http/check-answer.js";
import { pause } from "./http/retry.js";
import type { CallOptions, CreateOptions, Transport } from "./http/transport.js";
import { eachOf, type PageOptions } from "./pages.js";
import type {
  BatchParameters,
  BatchResult,
  BatchUpdate,
  BulkBatchParameters,
  EstimateParameters,
  Page,
  RetryBatchesParameters,
  RetryParameters,
} from "./wire.js";

/** How often a batch that is waited for is asked about, in milliseconds: a progress bar moves, the API idles. */
const POLL_MS = 1_000;

export interface ListBatchesOptions extends CallOptions, PageOptions {
  readonly status?: BatchStatus | undefined;
}

export interface ResultPageOptions extends CallOptions {
  /** Result lines that the caller has already. Default: 0. */
  readonly after?: number;
  /** Most lines, up to 1,000. */
  readonly limit: number;
}

export interface WaitForBatchOptions extends CallOptions {
  /** Called about once a second with the batch as it is, until it has ended. */
  readonly onProgress?: (batch: BatchView) => void;
}

export interface ResultsOptions extends CallOptions {
  /** Result lines that the caller has already. Default: 0. */
  readonly after?: number;
  /** Whether to go on until the batch ends; otherwise the lines available now are all. Default: true. */
  readonly follow?: boolean;
}

const isBatch = isObject("batch");

/** Files of questions that are answered together: `/v1/batches`. */
export class Batches {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Starts a batch on an uploaded file. @throws {BullpenError} */
  async create(parameters: BatchParameters, options: CreateOptions = {}): Promise<BatchView> {
    const json = { endpoint: "/v1/chat/completions", completion_window: "24h", ...parameters };
    return this.#transport.json({ method: "POST", path: "/v1/batches", json, ...options }, isBatch);
  }

  /**
   * Runs a sample of an uploaded file's lines, and tells what a batch of all would use, take and cost. It takes as long
   * as the sample.
   *
   * @throws {BullpenError}
   */
  async estimate(json: EstimateParameters, options: CreateOptions = {}): Promise<BatchEstimate> {
    const request = { method: "POST", path: "/v1/batches/estimate", json, ...options } as const;
    return this.#transport.json(request, isObject("batch.estimate"));
  }

  async get(id: string, options: CallOptions = {}): Promise<BatchView> {
    return this.#transport.json({ method: "GET", path: pathOf(id), ...options }, isBatch);
  }

  /** Waits until a batch has ended, however long that takes. */
  async wait(id: string, { onProgress, ...options }: WaitForBatchOptions = {}): Promise<BatchView> {
    for (;;) {
      const batch = await this.get(id, options);
      if (isTerminal(batch.status)) return batch;
      onProgress?.(batch);
      await pause(POLL_MS, options.signal ?? this.#transport.signal);
    }
  }

  /** Ends a batch within seconds; what was answered is kept. @throws {RequestRefusedError} when it has ended. */
  async cancel(id: string, options: CallOptions = {}): Promise<BatchView> {
    return this.#transport.json({ method: "POST", path: `${pathOf(id)}/cancel`, ...options }, isBatch);
  }

  /** Lets no further line of a batch begin; those that have begun go on. @throws {RequestRefusedError} when it has ended. */
  async pause(id: string, options: CallOptions = {}): Promise<BatchView> {
    return this.#transport.json({ method: "POST", path: `${pathOf(id)}/pause`, ...options }, isBatch);
  }

  /** Goes on with a batch that is paused. @throws {RequestRefusedError} when it has ended. */
  async resume(id: string, options: CallOptions = {}): Promise<BatchView> {
    return this.#transport.json({ method: "POST", path: `${pathOf(id)}/resume`, ...options }, isBatch);
  }

  /** Changes a batch that runs. @throws {RequestRefusedError} when it has ended. */
  async update(id: string, json: BatchUpdate, options: CallOptions = {}): Promise<BatchView> {
    return this.#transport.json({ method: "POST", path: pathOf(id), json, ...options }, isBatch);
  }

  /** Pauses, resumes, cancels or changes all batches that have not ended and pass a filter. @returns those. */
  async changeAll(json: BulkBatchParameters, options: CallOptions = {}): Promise<readonly BatchView[]> {
    const request = { method: "POST", path: "/v1/batches/bulk", json, ...options } as const;
    return (await this.#transport.json<{ data: readonly BatchView[] }>(request, isList)).data;
  }

  /**
   * Runs failed lines of a batch that has ended again: in a new batch, or in place.
   *
   * @returns the new batch, or this one.
   */
  async retry(id: string, json: RetryParameters = {}, options: CreateOptions = {}): Promise<BatchView> {
    return this.#transport.json({ method: "POST", path: `${pathOf(id)}/retry`, json, ...options }, isBatch);
  }

  /**
   * Runs failed lines of batches that have ended and pass a filter again, up to `limit` batches. While `has_more`, another
   * request with `last_id` as `after` goes on with older ones.
   */
  async retryAll(json: RetryBatchesParameters, options: CallOptions = {}): Promise<RetriedBatches> {
    const request = { method: "POST", path: "/v1/batches/retry", json, ...options } as const;
    return this.#transport.json<RetriedBatches>(request, isList);
  }

  /** One page of the batches, newest first. */
  async list({ status, after, limit, ...options }: ListBatchesOptions = {}): Promise<Page<BatchView>> {
    const query = { status, after, limit };
    return this.#transport.json({ method: "GET", path: "/v1/batches", query, ...options }, isList);
  }

  /** All batches, newest first, page by page. */
  listAll(options: ListBatchesOptions = {}): AsyncGenerator<BatchView> {
    return eachOf((after) => this.list({ ...options, after }), options.after);
  }

  /** The failed lines of a batch so far, by their error's code. */
  async failures(id: string, options: CallOptions = {}): Promise<BatchFailures> {
    const request = { method: "GET", path: `${pathOf(id)}/failures`, ...options } as const;
    return this.#transport.json(request, isObject("batch.failures"));
  }

  /** How many turns, tool calls and time the lines of a batch took so far. */
  async histograms(id: string, options: CallOptions = {}): Promise<BatchHistograms> {
    const request = { method: "GET", path: `${pathOf(id)}/histograms`, ...options } as const;
    return this.#transport.json(request, isObject("batch.histograms"));
  }

  /** Some of the results that a batch has now, in the order of its input. */
  async resultPage(id: string, { after, limit, ...options }: ResultPageOptions): Promise<BatchResult[]> {
    const query = { after, limit, follow: false };
    const response = await this.#transport.open({
      method: "GET",
      path: `${pathOf(id)}/results`,
      query,
      ...options,
    });
    const lines = (await response.text()).split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as BatchResult); // the protocol's type, as the batcher wrote it
  }

  /**
   * The results of a batch in the order of its input, failed ones among them, each once: however often the
   * connection breaks, it goes on after the last whole line.
   *
   * @throws {BullpenError}
   */
  async *results(id: string, options: ResultsOptions = {}): AsyncGenerator<BatchResult, void> {
    const decoder = new TextDecoder();
    for await (const { bytes } of this.resultLines(id, options)) {
      // The protocol's type: a line that is whole is as the batcher wrote it.
      for await (const line of splitLines(once(bytes))) yield JSON.parse(decoder.decode(line)) as BatchResult;
    }
  }

  /**
   * The same as the bytes that the batch's output files hold, in chunks of whole lines.
   *
   * @returns the batch as it was when its last line had come.
   */
  resultLines(id: string, options: ResultsOptions = {}): AsyncGenerator<ResultLines, BatchView> {
    const { after = 0, follow = true, signal = this.#transport.signal, ...rest } = options;
    const callOptions = { ...rest, signal };
    const path = `${pathOf(id)}/results`;
    return followResults({
      id,
      after,
      follow,
      signal,
      open: async (query) =>
        (await this.#transport.open({ method: "GET", path, query, ...callOptions })).body,
      getBatch: () => this.get(id, callOptions),
    });
  }
}

function pathOf(id: string): string {
  return `/v1/batches/${encodeURIComponent(id)}`;
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
