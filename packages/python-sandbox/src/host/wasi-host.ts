import { randomFillSync } from "node:crypto";
import { type Libraries, MAX_KEY_BYTES } from "../libraries/libraries.js";
import { CappedBytes } from "../run/capped-bytes.js";
import { zoneAnswer } from "./zone-answers.js";

/** Error numbers of WASI preview 1. Source: https://github.com/WebAssembly/WASI, `witx/typenames.witx`. */
const OK = 0;
const BAD_DESCRIPTOR = 8;
const NOT_IMPLEMENTED = 52;
const NOT_SEEKABLE = 70;

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const NANOSECONDS_PER_MS = 1_000_000;

/** Bytes of standard error that are kept: enough for the lines that tell a stack overflow. */
const STDERR_TAIL = 1_000;

export interface WasiHostOptions {
  readonly memory: WebAssembly.Memory;
  readonly args?: readonly string[];
  /** Called when the guest asks for the resolution of a clock. */
  readonly onClockResolution?: () => void;
  /** What a program may import besides the standard library. Default: nothing. */
  readonly libraries?: Libraries | undefined;
}

/** The input of one program, and where its output goes. */
export interface WasiTask {
  /** The whole of standard input. */
  readonly input: Uint8Array;
  /** A write to standard error that starts with these bytes is the report or a question. */
  readonly mark: Uint8Array;
  /** Receives standard output. */
  readonly printed: CappedBytes;
  readonly maxReportBytes: number;
}

/** Creates the host of a guest. */
export type CreateHost = (options: WasiHostOptions) => WasiHost;

export const newHost: CreateHost = (options) => new WasiHost(options);

/** Thrown through the guest's stack when it exits. */
export class GuestExit extends Error {}

/**
 * All of the outside world that Python sees: its arguments, the clock, random bytes and three streams. A marked
 * write to standard error is either the supervisor's question for a time zone or a module of a library, answered on
 * standard input, or the report.
 *
 * Written by hand because node:wasi opens the host's files and, by its own documentation, must not be relied on
 * with untrusted code. Here no function reaches a file, a socket or a process: every other call is answered "not
 * implemented". Python's standard library needs none of them, because it is in the module's own memory.
 */
export class WasiHost {
  stderr = "";

  readonly #options: WasiHostOptions;
  readonly #memory: WebAssembly.Memory;
  readonly #args: readonly Uint8Array[];
  #input: Uint8Array = new Uint8Array();
  #mark: Uint8Array | undefined;
  #printed = CappedBytes.create(0);
  #report = CappedBytes.create(0);

  constructor(options: WasiHostOptions) {
    this.#options = options;
    this.#memory = options.memory;
    this.#args = (options.args ?? []).map((arg) => Buffer.from(`${arg}\0`));
  }

  get report(): CappedBytes {
    return this.#report;
  }

  /** Gives the guest its program. Until then it reads nothing, and nothing that it prints is kept. */
  give(task: WasiTask): void {
    this.#input = task.input;
    this.#mark = task.mark;
    this.#printed = task.printed;
    this.#report = CappedBytes.create(task.maxReportBytes);
  }

  /** The functions that the module imports. Those that no program needs return ENOSYS. */
  imports(module: WebAssembly.Module): Record<string, WebAssembly.HostFunction> {
    const calls = { ...this.#surroundings(), ...this.#clocks(), ...this.#streams() };
    const known = new Map<string, WebAssembly.HostFunction>(Object.entries(calls));
    const imports: Record<string, WebAssembly.HostFunction> = {};
    for (const { name, kind } of WebAssembly.Module.imports(module)) {
      if (kind === "function") imports[name] = known.get(name) ?? (() => NOT_IMPLEMENTED);
    }
    return imports;
  }

  /** A new view at every use, because the buffer is replaced whenever the guest's memory grows. */
  #view(): DataView {
    return new DataView(this.#buffer());
  }

  #buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  #surroundings() {
    return {
      args_sizes_get: (count: number, size: number) => {
        const bytes = this.#args.reduce((sum, arg) => sum + arg.length, 0);
        this.#view().setUint32(count, this.#args.length, true);
        this.#view().setUint32(size, bytes, true);
        return OK;
      },
      args_get: (pointers: number, text: number) => {
        let at = text;
        for (const [i, arg] of this.#args.entries()) {
          this.#view().setUint32(pointers + 4 * i, at, true);
          new Uint8Array(this.#buffer()).set(arg, at);
          at += arg.length;
        }
        return OK;
      },
      environ_sizes_get: (count: number, size: number) => {
        this.#view().setUint32(count, 0, true);
        this.#view().setUint32(size, 0, true);
        return OK;
      },
      environ_get: () => OK,
      random_get: (at: number, length: number) => {
        randomFillSync(new Uint8Array(this.#buffer(), at, length));
        return OK;
      },
      sched_yield: () => OK,
      proc_exit: () => {
        throw new GuestExit();
      },
    };
  }

  #clocks() {
    const now = (clock: number) => (clock === 0 ? Date.now() : performance.now());
    return {
      clock_res_get: (_clock: number, at: number) => {
        this.#options.onClockResolution?.();
        this.#view().setBigUint64(at, BigInt(NANOSECONDS_PER_MS), true);
        return OK;
      },
      clock_time_get: (clock: number, _precision: bigint, at: number) => {
        this.#view().setBigUint64(at, BigInt(Math.floor(now(clock) * NANOSECONDS_PER_MS)), true);
        return OK;
      },
      /** Only what `time.sleep` needs: one subscription (48 bytes) to a clock, one event (32 bytes). */
      poll_oneoff: (subscription: number, event: number, count: number, events: number) => {
        const view = this.#view();
        if (count !== 1 || view.getUint8(subscription + 8) !== 0) return NOT_IMPLEMENTED;
        const clock = view.getUint32(subscription + 16, true);
        const timeout = Number(view.getBigUint64(subscription + 24, true)) / NANOSECONDS_PER_MS;
        const absolute = (view.getUint16(subscription + 40, true) & 1) === 1;
        pause(absolute ? timeout - now(clock) : timeout);
        new Uint8Array(this.#buffer(), event, 32).fill(0);
        view.setBigUint64(event, view.getBigUint64(subscription, true), true);
        view.setUint32(events, 1, true);
        return OK;
      },
    };
  }

  #streams() {
    const stream = (fd: number) => fd >= STDIN && fd <= STDERR;
    const blank = (fd: number, at: number, length: number) => {
      if (!stream(fd)) return BAD_DESCRIPTOR;
      new Uint8Array(this.#buffer(), at, length).fill(0);
      return OK;
    };
    return {
      fd_prestat_get: () => BAD_DESCRIPTOR,
      fd_filestat_get: (fd: number, at: number) => blank(fd, at, 64),
      fd_fdstat_get: (fd: number, at: number) => {
        // File type "unknown" (no terminal), all rights: the calls here decide what a stream may do.
        const result = blank(fd, at, 24);
        if (result === OK) this.#view().setBigUint64(at + 8, 0xffff_ffff_ffff_ffffn, true);
        return result;
      },
      fd_seek: () => NOT_SEEKABLE,
      fd_tell: () => NOT_SEEKABLE,
      fd_close: () => OK,
      fd_read: (fd: number, vectors: number, count: number, size: number) => {
        if (fd !== STDIN) return BAD_DESCRIPTOR;
        let total = 0;
        for (const target of this.#vectors(vectors, count)) {
          const part = this.#input.subarray(0, target.length);
          target.set(part);
          this.#input = this.#input.subarray(part.length);
          total += part.length;
        }
        this.#view().setUint32(size, total, true);
        return OK;
      },
      fd_write: (fd: number, vectors: number, count: number, size: number) => {
        if (fd !== STDOUT && fd !== STDERR) return BAD_DESCRIPTOR;
        let total = 0;
        for (const part of this.#vectors(vectors, count)) {
          if (fd === STDOUT) this.#printed.add(part);
          else this.#takeStderr(part);
          total += part.length;
        }
        this.#view().setUint32(size, total, true);
        return OK;
      },
    };
  }

  *#vectors(at: number, count: number): Generator<Uint8Array> {
    for (let i = 0; i < count; i++) {
      const start = this.#view().getUint32(at + 8 * i, true);
      const length = this.#view().getUint32(at + 8 * i + 4, true);
      yield new Uint8Array(this.#buffer(), start, length);
    }
  }

  #takeStderr(part: Uint8Array): void {
    const mark = this.#mark;
    if (mark && Buffer.compare(part.subarray(0, mark.length), mark) === 0) {
      const text = part.subarray(mark.length);
      const answer = this.#answer(text);
      if (answer) this.#input = answer;
      else this.#report.add(text);
    } else {
      const tail = Buffer.from(part.slice(-STDERR_TAIL)).toString();
      this.stderr = (this.stderr + tail).slice(-STDERR_TAIL);
    }
  }

  /** The answer to a question, without bytes for what is unknown. Undefined if it is no question. */
  #answer(part: Uint8Array): Uint8Array | undefined {
    const zone = askedFor(ZONE_QUESTION, part, MAX_ZONE_BYTES);
    if (zone !== undefined) return zoneAnswer(zone);
    const key = askedFor(LIBRARY_QUESTION, part, MAX_KEY_BYTES);
    return key === undefined ? undefined : (this.#options.libraries?.get(key) ?? NOTHING);
  }
}

const NOTHING = new Uint8Array();
/** A zone's name, or `*` for the names of all zones. */
const ZONE_QUESTION = Buffer.from(" zone ");
/** A key of {@link Libraries}. */
const LIBRARY_QUESTION = Buffer.from(" library ");
/** The longest name is 64 characters (time-zone-file.ts). */
const MAX_ZONE_BYTES = 94;

/** What a question of a kind asks for. Undefined if it is not one. */
function askedFor(question: Buffer, part: Uint8Array, maxBytes: number): string | undefined {
  if (!question.equals(part.subarray(0, question.length))) return undefined;
  return Buffer.from(part.subarray(question.length, question.length + maxBytes))
    .toString("latin1")
    .trim();
}

/** Blocks the thread; the thread can still be terminated. */
function pause(milliseconds: number): void {
  if (milliseconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
