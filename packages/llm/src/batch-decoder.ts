import type { AddonContext } from "./addon-context.js";
import { fillBatch } from "./batch-order.js";

/** Tokens of one sequence that are to be computed. */
export interface DecodeRequest<Result> {
  readonly sequence: number;
  /** Of the first token in the sequence. */
  readonly position: number;
  readonly tokens: readonly number[];
  /** How many of the last tokens have their logits looked at. */
  readonly outputs: number;
  /** Looks at the logits, which live until its promise settles; gets their indexes in the batch. */
  readonly look: (batchIndexes: readonly number[]) => Promise<Result>;
}

interface Job {
  readonly sequence: number;
  readonly position: number;
  readonly tokens: readonly number[];
  readonly outputs: number;
  /** Tokens that earlier batches have computed. */
  done: number;
  /** Tokens left. */
  readonly count: number;
  /** Looks at the logits and settles the request. */
  readonly finish: (batchIndexes: readonly number[]) => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/** Computes what sequences of one context ask for, all that ask in one turn of the event loop together. */
export class BatchDecoder {
  readonly #context: AddonContext;
  readonly #batchSize: number;
  #jobs: Job[] = [];
  #changes: (() => void)[] = [];
  #scheduled = false;
  #decoding = false;

  constructor(context: AddonContext, batchSize: number) {
    this.#context = context;
    this.#batchSize = batchSize;
  }

  /** Computes tokens and resolves to what `look` makes of the logits behind them. */
  decode<Result>(request: DecodeRequest<Result>): Promise<Result> {
    const { sequence, position, tokens, outputs } = request;
    return new Promise((resolve, reject) => {
      this.#jobs.push({
        ...{ sequence, position, tokens, outputs },
        done: 0,
        get count() {
          return tokens.length - this.done;
        },
        // A look that fails fails its own sequence only.
        finish: (batchIndexes) => request.look(batchIndexes).then(resolve, reject),
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
    const batch = fillBatch(this.#jobs, this.#batchSize);
    try {
      const finish = this.#assemble(batch);
      await this.#context.decodeBatch();
      for (const { item, take } of batch) item.done += take;
      this.#jobs = this.#jobs.filter(({ count }) => count > 0);
      await Promise.all(finish.map((look) => look()));
    } catch (error) {
      const failed = new Set(batch.map(({ item }) => item));
      this.#jobs = this.#jobs.filter((job) => !failed.has(job));
      for (const job of failed) job.fail(error);
    } finally {
      this.#decoding = false;
      for (const change of this.#changes.splice(0)) change();
      if (this.#jobs.length > 0) this.#schedule();
    }
  }

  /** Hands the batch to llama.cpp. Returns what is to be done for the jobs that it finishes. */
  #assemble(batch: readonly { readonly item: Job; readonly take: number }[]): (() => Promise<void>)[] {
    const finish: (() => Promise<void>)[] = [];
    this.#context.initBatch(batch.reduce((sum, { take }) => sum + take, 0));
    for (const { item, take } of batch) {
      const part = Uint32Array.from(item.tokens.slice(item.done, item.done + take));
      const isLast = take === item.count;
      const first = take - (isLast ? item.outputs : 0);
      const wanted = Uint32Array.from({ length: take - first }, (_, index) => first + index);
      const indexes = this.#context.addToBatch(item.sequence, item.position + item.done, part, wanted);
      if (isLast) finish.push(() => item.finish([...indexes]));
    }
    return finish;
  }
}
