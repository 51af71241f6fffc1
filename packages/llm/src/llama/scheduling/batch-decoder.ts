import type { AddonContext } from "../binding/llama-binding.js";
import { type BatchPart, type FillBatchOptions, fillBatch } from "./batch-scheduler.js";

/** Tokens of one sequence that are to be computed. */
export interface DecodeRequest<Result> {
  readonly sequence: number;
  /** Of the first token in the sequence. */
  readonly position: number;
  readonly tokens: readonly number[];
  /** How many of the last tokens have their logits looked at. */
  readonly outputs: number;
  /** Looks at the logits, which live until its promise settles; gets their indexes in the batch, none perhaps. */
  readonly onLogits: (batchIndexes: readonly number[]) => Promise<Result>;
}

export interface Decoded<Result> {
  /** How many tokens the batch had room for, from the first on: at least one. */
  readonly taken: number;
  /** What was made of the logits behind those of them that were to be looked at. */
  readonly result: Result;
}

interface Job {
  readonly sequence: number;
  readonly count: number;
  readonly request: Omit<DecodeRequest<unknown>, "look">;
  /** Looks at the logits and settles the request. */
  readonly finish: (taken: number, batchIndexes: readonly number[]) => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Computes what sequences of one context ask for, all that ask in one turn of the event loop together. What is
 * asked for while a batch is computed and looked at waits for the next: sequences that go on at once stay in step.
 */
export class BatchDecoder {
  readonly #context: AddonContext;
  readonly #options: FillBatchOptions;
  #jobs: Job[] = [];
  #changes: (() => void)[] = [];
  #scheduled = false;
  #decoding = false;

  constructor(context: AddonContext, options: FillBatchOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Computes tokens, as many as the next batch has room for. */
  decode<Result>(request: DecodeRequest<Result>): Promise<Decoded<Result>> {
    const { sequence, tokens } = request;
    return new Promise((resolve, reject) => {
      this.#jobs.push({
        ...{ sequence, count: tokens.length, request },
        // A look that fails fails its own sequence only.
        finish: (taken, batchIndexes) =>
          request.onLogits(batchIndexes).then((result) => resolve({ taken, result }), reject),
        fail: reject,
      });
      this.#schedule();
    });
  }

  /** Runs `change`, which alters the KV cache, while no batch is computed. */
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
    const parts = fillBatch(this.#jobs, this.#options);
    const inBatch = new Set(parts.map(({ item }) => item));
    this.#jobs = this.#jobs.filter((job) => !inBatch.has(job));
    try {
      const finish = this.#assemble(parts);
      await this.#context.decodeBatch();
      await Promise.all(finish.map((onLogits) => onLogits()));
    } catch (error) {
      for (const job of inBatch) job.fail(error);
    } finally {
      this.#decoding = false;
      for (const change of this.#changes.splice(0)) change();
      if (this.#jobs.length > 0) this.#schedule();
    }
  }

  /** Hands the batch to llama.cpp. Returns what is to be done when it has been computed. */
  #assemble(parts: readonly BatchPart<Job>[]): (() => Promise<void>)[] {
    this.#context.initBatch(parts.reduce((sum, { take }) => sum + take, 0));
    return parts.map(({ item, take }) => {
      const { sequence, position, tokens, outputs } = item.request;
      const first = Math.min(take, tokens.length - outputs);
      const wanted = Uint32Array.from({ length: take - first }, (_, index) => first + index);
      const part = Uint32Array.from(tokens.slice(0, take));
      const indexes = this.#context.addToBatch(sequence, position, part, wanted);
      return () => item.finish(take, [...indexes]);
    });
  }
}
