import { setTimeout as sleep } from "node:timers/promises";
import { abortable, type Deferred, deferred } from "@bullpen/base";
import { chooseServer } from "./choose-server.js";
import { OpenAiServerError, OpenAiSetupError } from "./errors.js";
import { HealthWatch } from "./health-watch.js";
import type { PooledServer, ServerFigures } from "./pooled-server.js";
import { retryPauseMs } from "./retry-pause.js";
import type { ServerSetup, SetupOptions } from "./set-up-server.js";

export interface ServerPoolOptions {
  readonly servers: readonly PooledServer[];
  readonly setup: SetupOptions;
  readonly healthIntervalMs: number;
  readonly healthTimeoutMs: number;
}

/** A server that can be asked, and how. */
export interface UsableServer {
  readonly server: PooledServer;
  readonly setup: ServerSetup;
}

/** Attempts of a request that servers fail at. Attempts that do not reach a server are not counted. */
const MAX_FAILURES = 4;
/** How long the start waits for the other servers once the first is ready. */
const START_TOGETHER_MS = 10_000;
/** Queries whose server is remembered; the oldest are forgotten. About 1 MB, more than one worker has open at a time. */
const MAX_HOMES = 10_000;
/** A server that refuses the key or the model is the wrong one, whatever the request. */
const WRONG_SERVER: ReadonlySet<number> = new Set([401, 403, 404]);

/** The servers of one model: which of them gets a request, and what becomes of the request when that one fails. */
export class ServerPool {
  readonly #options: ServerPoolOptions;
  readonly #watches: readonly HealthWatch[];
  /** The server that a key was served by last, the oldest first. */
  readonly #homes = new Map<string, PooledServer>();
  /** Settles when a server may take work that did not before. */
  #change: Deferred<void> = deferred();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ServerPoolOptions) {
    this.#options = options;
    const { servers, setup, healthIntervalMs, healthTimeoutMs } = options;
    this.#watches = servers.map(
      (server) =>
        new HealthWatch({
          server,
          setup,
          healthIntervalMs,
          healthTimeoutMs,
          countUp: () => `${servers.filter(({ isUp }) => isUp).length} of ${servers.length} servers up`,
          hasOther: () => servers.some((other) => other !== server && other.isUp),
          onUp: () => this.#announceChange(),
        }),
    );
  }

  get servers(): readonly ServerFigures[] {
    return this.#options.servers;
  }

  /**
   * Tries all servers out and begins to watch them.
   *
   * @returns the tokens that a request may take on each of those that are ready.
   * @throws {OpenAiSetupError} if none is, or one is the wrong server.
   */
  async start(signal: AbortSignal): Promise<number> {
    const starts = this.#watches.map((watch) => watch.check());
    const together = Promise.allSettled(starts);
    const first = Promise.any(starts).then(() => sleep(START_TOGETHER_MS, undefined, { ref: false }));
    await abortable(Promise.race([together, first.catch(() => together)]), signal);
    for (const { fault } of this.#watches) if (isMisconfigured(fault)) throw fault;
    const ready = this.#options.servers.flatMap(({ setup }) => setup ?? []);
    if (ready.length === 0) {
      throw this.#watches[0]?.fault ?? new OpenAiSetupError("LLM_BASE_URL names no server");
    }
    const contextTokens = Math.min(...ready.map((setup) => setup.contextTokens));
    for (const watch of this.#watches) watch.keepWatching(contextTokens);
    return contextTokens;
  }

  /**
   * Does `work` with a server: the one that served `key` last, or the one with the least to do. Waits while all are
   * away or full, until `signal` aborts. What a server fails at is repeated on another.
   *
   * @param options.willReturn whether the key will come again after this result.
   * @throws {OpenAiServerError} after several failures, or the refusal of the request.
   */
  async run<T>(
    work: (usable: UsableServer, signal: AbortSignal) => Promise<T>,
    options: {
      readonly key: string | undefined;
      readonly willReturn: (result: T) => boolean;
      readonly signal: AbortSignal;
    },
  ): Promise<T> {
    const { key, signal } = options;
    let failures = 0;
    let last: PooledServer | undefined;
    for (let attempt = 1; ; attempt++) {
      const usable = await this.#acquire(key, last, signal);
      try {
        const result = await usable.server.run((ending) => work(usable, ending), signal);
        if (key !== undefined) this.#remember(key, options.willReturn(result) ? usable.server : undefined);
        return result;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OpenAiServerError) || !this.#mayRepeat(error, usable.server)) throw error;
        if (error.kind === "failed" && ++failures >= MAX_FAILURES) throw error;
        last = usable.server;
        this.#note(error, last);
        // A server that cannot be reached announces its return.
        const waits = last.isUp && !this.#hasOther(last);
        if (waits) await sleep(retryPauseMs(attempt), undefined, { signal });
      }
    }
  }

  /** Rejects with the reason when no server answers its health check. */
  async checkReady(): Promise<void> {
    try {
      await Promise.any(this.#watches.map((watch) => watch.check()));
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  /** Ends the active requests. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    for (const watch of this.#watches) watch.stop();
    await Promise.all(this.#options.servers.map(({ client }) => client.close()));
  }

  /** Reserves a place at a server that takes work; `last`, which has just failed at this request, only if no other does. */
  async #acquire(
    key: string | undefined,
    last: PooledServer | undefined,
    signal: AbortSignal,
  ): Promise<UsableServer> {
    for (;;) {
      signal.throwIfAborted();
      const now = performance.now();
      const available = this.#options.servers.filter((server) => server.isAvailable(now));
      const others = available.filter((server) => server !== last);
      const home = key === undefined ? undefined : this.#homes.get(key);
      const server = chooseServer(others.length > 0 ? others : available, home, key);
      if (server?.setup) {
        server.reserve();
        return { server, setup: server.setup };
      }
      this.#wakeAfterPause(now);
      await abortable(this.#change.promise, signal);
    }
  }

  #wakeAfterPause(now: number): void {
    const paused = this.#options.servers.filter(({ isUp }) => isUp).map(({ pausedUntil }) => pausedUntil);
    clearTimeout(this.#timer);
    if (paused.length > 0)
      this.#timer = setTimeout(() => this.#announceChange(), Math.max(Math.min(...paused) - now, 0) + 1);
  }

  #announceChange(): void {
    const change = this.#change;
    this.#change = deferred();
    change.resolve();
  }

  #hasOther(server: PooledServer): boolean {
    const now = performance.now();
    return this.#options.servers.some((other) => other !== server && other.isAvailable(now));
  }

  #mayRepeat({ kind, status }: OpenAiServerError, server: PooledServer): boolean {
    if (kind !== "refused") return true;
    return status !== undefined && WRONG_SERVER.has(status) && this.#hasOther(server);
  }

  #note(error: OpenAiServerError, server: PooledServer): void {
    const watch = this.#watches[this.#options.servers.indexOf(server)];
    if (error.kind === "refused" || (error.kind === "away" && error.status === undefined))
      watch?.markAway("down", error);
    else {
      server.pauseAfter(error);
      if (error.kind === "away") watch?.noteFull(error);
      // A connection that was cut may be the end of the server: its health tells.
      if (error.status === undefined) watch?.checkSoon();
    }
  }

  #remember(key: string, server: PooledServer | undefined): void {
    this.#homes.delete(key);
    if (!server) return;
    this.#homes.set(key, server);
    if (this.#homes.size <= MAX_HOMES) return;
    for (const oldest of this.#homes.keys()) {
      this.#homes.delete(oldest);
      return;
    }
  }
}

function isMisconfigured(fault: unknown): fault is Error {
  return fault !== undefined && !(fault instanceof OpenAiSetupError && fault.isAbsence);
}
