import { Worker } from "node:worker_threads";
import { errorMessage } from "@bullpen/base";
import { MAX_BATCH_LINES } from "@bullpen/contracts";
import { InputError } from "../input/input-error.js";
import { HEAP_MIB, MAX_GROUP_BYTES } from "./page-limits.js";

/** A file whose parts can be read in any order. */
export interface ByteSource {
  readonly byteLength: number;
  /** The bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** A row of the columns that were chosen. */
export interface ParquetRow {
  /** Counted from 1. */
  readonly number: number;
  /** By column; `null` is an empty field. */
  readonly record: Readonly<Record<string, string | null>>;
}

interface ParquetOptions {
  /** As messages call the file. */
  readonly name: string;
  /** Chooses columns among those that are no lists or groups, called once before the first row. May throw. */
  readonly choose: (columns: readonly string[]) => readonly string[];
}

export type ToThread =
  | { readonly type: "slice"; readonly bytes: ArrayBuffer }
  | { readonly type: "columns"; readonly names: string[] }
  | { readonly type: "next" };

export type FromThread =
  | { readonly type: "slice"; readonly start: number; readonly end: number }
  | { readonly type: "header"; readonly columns: string[]; readonly rows: number }
  | { readonly type: "rows"; readonly rows: (string | null)[][] }
  | { readonly type: "error"; readonly message: string }
  | { readonly type: "end" };

/** How long the reader may be silent: an honest row group takes seconds. */
const SILENCE_MS = 120_000;

const THREAD = new URL("./parquet-thread.js", import.meta.url);

/**
 * The rows of a Parquet file, a row group at a time. It is read in a thread with a heap of its own: what a hostile file
 * makes of the reader ends there.
 *
 * @throws {InputError} when the file is not Parquet, is damaged, or has more rows than a batch may have lines. What
 * `source` throws is passed on as it is.
 */
export async function* parquetRows(source: ByteSource, options: ParquetOptions): AsyncGenerator<ParquetRow> {
  const thread = new ParquetThread(source.byteLength);
  let names: string[] = [];
  let number = 0;
  try {
    for (;;) {
      const message = await thread.receive(options.name);
      if (message.type === "end") return;
      if (message.type === "error") throw unreadable(options.name, message.message);
      if (message.type === "slice")
        thread.send({ type: "slice", bytes: await sliceOf(source, message, options) });
      else if (message.type === "header") {
        checkRows(message.rows, options.name);
        names = [...options.choose(message.columns)];
        thread.send({ type: "columns", names });
        thread.send({ type: "next" });
      } else {
        thread.send({ type: "next" }); // the thread makes the next rows while these are used
        for (const values of message.rows) {
          number++;
          yield { number, record: Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])) };
        }
      }
    }
  } finally {
    await thread.stop();
  }
}

function checkRows(rows: number, name: string): void {
  if (rows <= MAX_BATCH_LINES) return;
  const problem = `It has ${rows} rows; a batch has at most ${MAX_BATCH_LINES} lines. Split it into several files.`;
  throw new InputError(name, undefined, problem);
}

async function sliceOf(
  source: ByteSource,
  { start, end }: { start: number; end: number },
  { name }: ParquetOptions,
): Promise<ArrayBuffer> {
  const isWithin = start >= 0 && start <= end && end <= source.byteLength;
  if (!isWithin) throw unreadable(name, "it points beyond its end");
  if (end - start > MAX_GROUP_BYTES) {
    throw unreadable(
      name,
      `a column has ${end - start} bytes in a row group: write it with smaller row groups`,
    );
  }
  const bytes = await source.slice(start, end);
  if (bytes.byteLength !== end - start) throw unreadable(name, "it was cut while it was read");
  return Uint8Array.from(bytes).buffer;
}

function unreadable(name: string, why: string): InputError {
  return new InputError(name, undefined, `The file cannot be read as Parquet: ${why}.`);
}

/** The thread that reads, and its messages in order. */
class ParquetThread {
  readonly #worker: Worker;
  readonly #inbox: FromThread[] = [];
  #wake = () => {};
  #failure: string | undefined;

  constructor(byteLength: number) {
    this.#worker = new Worker(THREAD, {
      workerData: { byteLength },
      env: {},
      argv: [],
      execArgv: [],
      name: "parquet",
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    this.#worker.on("message", (message: FromThread) => {
      this.#inbox.push(message);
      this.#wake();
    });
    this.#worker.on("error", (error) => this.#fail(errorMessage(error)));
    this.#worker.on("exit", () => this.#fail("its reader ended early"));
  }

  send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** @throws {InputError} when the thread has failed or is silent. */
  async receive(name: string): Promise<FromThread> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message) return message;
      if (this.#failure !== undefined) throw unreadable(name, this.#failure);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#failure ??= `reading a row group takes more than ${SILENCE_MS / 1_000} s`;
          resolve();
        }, SILENCE_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async stop(): Promise<void> {
    this.#wake();
    await this.#worker.terminate();
  }

  #fail(message: string): void {
    this.#failure ??= message;
    this.#wake();
  }
}
