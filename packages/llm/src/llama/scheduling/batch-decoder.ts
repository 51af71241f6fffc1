import type { AddonContext } from "../binding/llama-binding.js";
import { type BatchPart, type FillBatchOptions, fillBatch, type SequenceTokens } from "./batch-scheduler.js";

/** Tokens of one sequence to compute. */
export interface DecodeRequest<Result> {
  readonly sequence: number;
  readonly kind: SequenceTokens["kind"];
  /** The position of the first token in the sequence, from 0. */
  readonly position: number;
  readonly tokens: readonly number[];
  /** How many of the last tokens get their logits computed. */
  readonly outputs: number;
  /**
   * Reads the logits, which live until its promise settles. Gets their indexes in the batch; there are none if the batch
   * had no room for the last tokens.
   */
  readonly onLogits: (batchIndexes: readonly number[]) => Promise<Result>;
}

export interface Decoded<Result> {
  /** How many tokens the batch had room for, from the first on: at least one. */
  readonly taken: number;
  /** What `onLogits` resolved to. */
  readonly result: Result;
}

interface Job extends SequenceTokens {
  readonly request: Omit<DecodeRequest<unknown>, "onLogits">;
  /** Hands over the logits and settles the request. */
  readonly finish: (taken: number, batchIndexes: readonly number[]) => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** Where the time of one step went, in milliseconds. */
export interface StepTimes {
  readonly sequences: number;
  readonly tokens: number;
  /** Since the end of the step before: the requests of this one were made. Idle time if there was nothing to do. */
  readonly betweenMs: number;
  /** The batch was chosen and handed over. */
  readonly assembleMs: number;
  /** llama.cpp computed. */
  readonly decodeMs: number;
  /** All sequences sampled, and what their callers do with the token at once. */
  readonly sampleMs: number;
}

interface BatchDecoderOptions extends FillBatchOptions {
  /** Called after each step. */
  readonly onStep?: ((times: StepTimes) => void) | undefined;
}

/**
 * Batches the decode requests made in one turn of the event loop. Requests that come while a batch is computed or
 * sampled wait for the next batch, which keeps the sequences in lockstep.
 */
export class BatchDecoder {
  readonly #context: AddonContext;
  readonly #options: BatchDecoderOptions;
  #jobs: Job[] = [];
  #changes: (() => void)[] = [];
  #scheduled = false;
  #decoding = false;
  #endedAt = performance.now();

  constructor(context: AddonContext, options: BatchDecoderOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Computes tokens, as many as the next batch has room for. */
  decode<Result>(request: DecodeRequest<Result>): Promise<Decoded<Result>> {
    const { sequence, kind, tokens } = request;
    return new Promise((resolve, reject) => {
      this.#jobs.push({
        ...{ sequence, kind, count: tokens.length, request },
        // An error of one sequence's sampler fails that sequence only.
        finish: (taken, batchIndexes) =>
          request.onLogits(batchIndexes).then((result) => resolve({ taken, result }), reject),
        fail: reject,
      });
      this.#schedule();
    });
  }

  /** Runs `change`, which alters the KV cache, while no batch is being computed. */
  change<Result>(change: (context: AddonContext) => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const run = () => {
        try {
          resolve(change(this.#context));
        } catch (error) {
          reject(error);
        }
      };
      if (this.#decoding) this.#changes.push(run);
      else run();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#decoding) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#decodeBatch();
    });
  }

  async #decodeBatch(): Promise<void> {
    this.#decoding = true;
    const startedAt = performance.now();
    const parts = fillBatch(this.#jobs, this.#options);
    const inBatch = new Set(parts.map(({ item }) => item));
    this.#jobs = this.#jobs.filter((job) => !inBatch.has(job));
    try {
      const finish = this.#assemble(parts);
      const assembledAt = performance.now();
      await this.#context.decodeBatch();
      const decodedAt = performance.now();
      await Promise.all(finish.map((run) => run()));
      this.#report(parts, [startedAt, assembledAt, decodedAt]);
    } catch (error) {
      for (const job of inBatch) job.fail(error);
    } finally {
      this.#decoding = false;
      for (const change of this.#changes.splice(0)) change();
      if (this.#jobs.length > 0) this.#schedule();
    }
  }

  #report(parts: readonly BatchPart<Job>[], [startedAt, assembledAt, decodedAt]: StepMarks): void {
    const endedAt = performance.now();
    this.#options.onStep?.({
      sequences: parts.length,
      tokens: parts.reduce((sum, { take }) => sum + take, 0),
      betweenMs: startedAt - this.#endedAt,
      assembleMs: assembledAt - startedAt,
      decodeMs: decodedAt - assembledAt,
      sampleMs: endedAt - decodedAt,
    });
    this.#endedAt = endedAt;
  }

  /** Hands the batch to llama.cpp. Returns what to run when it is computed. */
  #assemble(parts: readonly BatchPart<Job>[]): (() => Promise<void>)[] {
    this.#context.initBatch(parts.reduce((sum, { take }) => sum + take, 0));
    return parts.map(({ item, take }) => {
      const { sequence, position, tokens, outputs } = item.request;
      // Loops: Uint32Array.from takes ten times as long, and this runs for every token of every slot.
      const part = new Uint32Array(take);
      for (let at = 0; at < take; at++) part[at] = tokens[at] as number;
      const first = Math.min(take, tokens.length - outputs);
      const wanted = new Uint32Array(take - first);
      for (let at = first; at < take; at++) wanted[at - first] = at;
      const indexes = this.#context.addToBatch(sequence, position, part, wanted);
      return () => item.finish(take, [...indexes]);
    });
  }
}

type StepMarks = readonly [startedAt: number, assembledAt: number, decodedAt: number];
