import { setTimeout as sleep } from "node:timers/promises";
import { abortable, type Deferred, deferred } from "@bullpen/base";
import { HostLife, type LifeEnd } from "./host-life.js";
import type { HostLogger } from "./host-program.js";
import type { VehicleKind } from "./host-vehicle.js";

export interface ToolHostOptions {
  /** Whose calls it runs, for log lines: `{ tool: "…" }`. */
  readonly owner: Readonly<Record<string, string>>;
  /** Logged when one of its processes or threads ends. Default: "a tool's host has ended". */
  readonly endText?: string;
  /** The program: a module of Bullpen that exports `start`, and the settings for it. */
  readonly module: URL;
  readonly settings: unknown;
  readonly vehicle: VehicleKind;
  /** Maximum JavaScript heap of each life, in MiB. Default 512. */
  readonly heapMiB?: number;
  /** Milliseconds within which a life must be ready. Default 30,000. */
  readonly startMs?: number;
  /** Milliseconds that a call waits for a ready life. Default: `startMs`. */
  readonly patienceMs?: number;
  /** Whether each call has a life for itself, for calls that only compute. Default: they share lives. */
  readonly isExclusive?: boolean;
  /** Idle lives that are kept ready. Default 1. */
  readonly spare?: number;
  /** Milliseconds after which new calls avoid a life that does not answer. Default 1,000. */
  readonly silenceMs?: number;
  readonly logger: HostLogger;
  /** Called with the program's info whenever a life is ready, and with its news later. */
  readonly onInfo?: (info: unknown) => void;
  /** Called when a life ended and no other takes calls. */
  readonly onDown?: () => void;
}

/** How a call ended. */
export type HostEnd =
  | { readonly type: "done"; readonly result: unknown }
  /** The program's own failure, with its message. */
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "late" }
  /** The call ended its host each time that it ran. */
  | { readonly type: "deadly"; readonly reason: string; readonly times: number }
  /** No host can run the call. */
  | { readonly type: "down"; readonly reason: string };

/** A call that ended this many hosts, alone in each, is not run again: one death may be the machine's fault. */
const MAX_DEATHS = 3;
/** Pause before the first restart of a host that died without a call, doubled at each up to a minute. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
/** After a life of this length the next pause is the first one again. */
const STEADY_MS = 60_000;

/**
 * Runs the calls of one program in processes or threads that can be killed, its lives: see {@link HostLife}. One is kept
 * ready; while it does not answer, new calls get another. Invariants: a call ends when its time is up, whatever it does; a
 * call that lost its host while others were active is run again, alone in a host and with all its time; only what happened
 * to it alone counts against it.
 */
export class ToolHost {
  readonly #options: ToolHostOptions;
  readonly #stopping = new AbortController();
  readonly #lives = new Set<HostLife>();
  /** Lives that did not answer the last ping. */
  readonly #silent = new WeakSet<HostLife>();
  /** Lives that one call has for itself. */
  readonly #exclusive = new WeakSet<HostLife>();
  /** Resolves when the next life begins. */
  #born: Deferred<void> = deferred();
  #downReason = "it has not started yet";
  #pauseMs = FIRST_PAUSE_MS;
  #startedAt = 0;
  #isPausing = false;

  constructor(options: ToolHostOptions) {
    this.#options = options;
  }

  /** Starts the first life. Rejects with the reason if it does not get ready; further attempts follow. */
  async start(): Promise<unknown> {
    return this.#begin().ready;
  }

  /** Runs a call. Rejects with the signal's reason, or with an Error if the host is stopped. */
  async run(call: unknown, timeoutMs: number, signal: AbortSignal): Promise<HostEnd> {
    const limited = AbortSignal.any([signal, this.#stopping.signal]);
    let isAlone = this.#options.isExclusive ?? false;
    let deaths = 0;
    for (;;) {
      const taken = await this.#take(isAlone, limited);
      if (!taken) return { type: "down", reason: this.#downReason };
      const end = await this.#runIn(taken, call, timeoutMs, limited);
      if (end.type === "done" || end.type === "failed") return end;
      if (!end.hadCompany) {
        if (end.type === "late") return { type: "late" };
        if (++deaths === MAX_DEATHS) return { type: "deadly", reason: end.reason, times: deaths };
      } else if (end.type === "late" && !end.isBlocked) return { type: "late" };
      isAlone = true;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the tool's host is stopped"));
    await Promise.all([...this.#lives].map((life) => life.stop()));
  }

  async #runIn(taken: Taken, call: unknown, timeoutMs: number, signal: AbortSignal): Promise<LifeEnd> {
    try {
      return await taken.life.run(call, timeoutMs, signal);
    } finally {
      taken.free();
      this.#exclusive.delete(taken.life);
      this.#thinOut();
    }
  }

  /** Reserves a place in a life that answers. Undefined if there is none within the time that a call waits. */
  async #take(isAlone: boolean, signal: AbortSignal): Promise<Taken | undefined> {
    const patience = AbortSignal.timeout(this.#options.patienceMs ?? this.#startMs);
    const limited = AbortSignal.any([signal, patience]);
    while (!patience.aborted) {
      signal.throwIfAborted();
      const life = this.#choose(isAlone);
      if (!life) {
        await this.#nextLife(limited);
        continue;
      }
      const free = life.takePlace();
      if (isAlone) this.#exclusive.add(life);
      if (await this.#isThere(life, limited)) return { life, free };
      free();
      this.#exclusive.delete(life);
    }
    signal.throwIfAborted();
    return undefined;
  }

  #choose(isAlone: boolean): HostLife | undefined {
    const usable = [...this.#lives].filter(
      (life) =>
        life.isUsable &&
        !this.#silent.has(life) &&
        !this.#exclusive.has(life) &&
        (!isAlone || life.places === 0),
    );
    return usable.find((life) => life.isReady) ?? usable[0] ?? (this.#isPausing ? undefined : this.#begin());
  }

  /** Whether a life gets ready and answers. New calls avoid one that does not answer until it answers. */
  async #isThere(life: HostLife, signal: AbortSignal): Promise<boolean> {
    try {
      await abortable(life.ready, signal);
    } catch {
      return false;
    }
    if (await life.answers(this.#options.silenceMs ?? 1_000)) return true;
    this.#silent.add(life);
    this.#downReason = "it does not answer";
    void life.answers(2 ** 31 - 1).then((isBack) => isBack && this.#silent.delete(life));
    return false;
  }

  async #nextLife(signal: AbortSignal): Promise<void> {
    try {
      await abortable(this.#born.promise, signal);
    } catch {
      // The caller checks its signals.
    }
  }

  #begin(): HostLife {
    const { module, settings, vehicle, heapMiB = 512, onInfo } = this.#options;
    const life = new HostLife({
      module,
      settings,
      vehicle,
      heapMiB,
      startMs: this.#startMs,
      onLog: (level, text) => this.#options.logger[level](this.#options.owner, text),
      onNews: (news) => onInfo?.(news),
      onEnd: (reason) => this.#lose(life, reason),
    });
    this.#lives.add(life);
    this.#startedAt = performance.now();
    life.ready.then(
      (info) => onInfo?.(info),
      () => {}, // onEnd tells it
    );
    this.#born.resolve();
    this.#born = deferred();
    return life;
  }

  get #startMs(): number {
    return this.#options.startMs ?? 30_000;
  }

  /** A life takes no more calls, or has ended: starts another for the calls that follow. */
  #lose(life: HostLife, reason: string): void {
    if (this.#stopping.signal.aborted || !this.#lives.has(life)) return;
    this.#lives.delete(life);
    const { owner, logger, onDown, endText = "a tool's host has ended" } = this.#options;
    logger.warn({ ...owner, reason, lastLine: life.lastLine }, endText);
    this.#downReason = reason;
    if ([...this.#lives].some((other) => other.isUsable)) return;
    onDown?.();
    void this.#restart(life);
  }

  /** At once if calls ran in the life, because they may have ended it; otherwise with growing pauses. */
  async #restart(life: HostLife): Promise<void> {
    if (life.hasWorked || performance.now() - this.#startedAt > STEADY_MS) {
      this.#pauseMs = FIRST_PAUSE_MS;
    } else {
      this.#isPausing = true;
      await sleep(this.#pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      this.#isPausing = false;
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
    if (!this.#stopping.signal.aborted) this.#begin();
  }

  /** Ends idle lives that were started beside busy ones, except the spare ones. */
  #thinOut(): void {
    const idle = [...this.#lives].filter(
      (life) => life.isReady && life.places === 0 && !this.#silent.has(life) && !this.#exclusive.has(life),
    );
    for (const life of idle.slice(this.#options.spare ?? 1)) {
      this.#lives.delete(life);
      void life.stop();
    }
  }
}

interface Taken {
  readonly life: HostLife;
  readonly free: () => void;
}
