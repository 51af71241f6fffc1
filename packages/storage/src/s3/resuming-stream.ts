import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { backoff } from "@bullpen/base";

const MAX_FAILURES = 4;
/** After the second failure; the first is most often a server that closed an idle connection. */
const pauseMs = backoff({ firstMs: 400, maxMs: 5_000 });

export interface ResumingStreamOptions {
  /** The object's bytes from the start of the range. */
  readonly first: Readable;
  /** Opens the range again, without its first `skip` bytes. */
  readonly reopen: (skip: number, signal: AbortSignal) => Promise<Readable>;
  /** What the reader is told in the end. */
  readonly toError: (cause: unknown) => Error;
}

/**
 * The body of an object that goes on where it was when its connection breaks. Servers close connections
 * whose reader is slow, and a batch's input is read for as long as the batch takes.
 */
export class ResumingStream extends Readable {
  readonly #options: ResumingStreamOptions;
  readonly #stopped = new AbortController();
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #body: Readable;

  constructor(options: ResumingStreamOptions) {
    super();
    this.#options = options;
    this.#body = options.first;
    // The body may break before the first chunk is asked for.
    this.#body.on("error", () => undefined);
    this.#chunks = this.#read();
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ done, value }) => this.push(done ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stopped.abort();
    this.#body.destroy();
    callback(error);
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    const { signal } = this.#stopped;
    let read = 0;
    let failures = 0;
    for (;;) {
      try {
        for await (const chunk of this.#body) {
          failures = 0;
          read += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        if (++failures > MAX_FAILURES) throw this.#options.toError(error);
        await sleep(failures === 1 ? 0 : pauseMs(failures), undefined, { signal });
        this.#body = await this.#options.reopen(read, signal);
        this.#body.on("error", () => undefined);
      }
    }
  }
}
