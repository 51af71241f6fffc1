import { backoff, errorMessage, toError } from "@bullpen/base";
import { OpenAiServerError, OpenAiSetupError } from "./errors.js";
import type { PooledServer, ServerHealth } from "./pooled-server.js";
import { findModel, type SetupOptions, setUpServer } from "./set-up-server.js";

export interface HealthWatchOptions {
  readonly server: PooledServer;
  readonly setup: SetupOptions;
  /** Time between checks of a server that is up. */
  readonly healthIntervalMs: number;
  readonly healthTimeoutMs: number;
  /** How many servers take work, for messages. */
  readonly countUp: () => string;
  /** Whether another server could take this one's requests. */
  readonly hasOther: () => boolean;
  /** Called when the server may take work that it did not take before. */
  readonly onUp: () => void;
}

/** A server that is away is asked four times a second at first, and at least every five seconds. */
const awayMs = backoff({ firstMs: 250, maxMs: 5_000, jitter: 0.2 });
/** Checks in a row without an answer after which a server counts as hung. One can be a long prompt that it tokenizes. */
const LATE_CHECKS = 3;

/** Follows the health of one server, and logs each change once. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #active: Promise<void> | undefined;
  #requiredTokens = 0;
  #isWatching = false;
  /** Checks in a row that failed, and those of them that had no answer in time. */
  #misses = 0;
  #late = 0;
  /** When the server last said that it is full; 0 if that is over. */
  #fullAt = 0;
  /** Why the server takes no work, as it was logged. */
  #fault: Error | undefined;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  /** Why the server is not ready. */
  get fault(): Error | undefined {
    return this.#fault;
  }

  /** Begins the checks. @param requiredTokens a server that joins later must have this context at least. */
  keepWatching(requiredTokens: number): void {
    const { setup, countUp } = this.#options;
    this.#requiredTokens = requiredTokens;
    this.#isWatching = true;
    if (this.#fault) setup.log("warn", `${errorMessage(this.#fault)} It joins when it comes (${countUp()})`);
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopping.abort(new Error("the pool of servers is closed"));
  }

  /** Checks now, instead of when it is time; requests that fail together make one check. */
  checkSoon(): void {
    if (this.#active) return;
    clearTimeout(this.#timer);
    this.check().catch(() => {});
  }

  /** One check; the first one tries the server out. Rejects with the reason when the server takes no work. */
  check(): Promise<void> {
    this.#active ??= this.#checkOnce().finally(() => {
      this.#active = undefined;
      this.#schedule();
    });
    return this.#active;
  }

  /** Takes the server out of service until a check succeeds. */
  markAway(health: Exclude<ServerHealth, "up">, fault: Error): void {
    const { server, setup, countUp } = this.#options;
    const wasUp = server.isUp;
    const isNews = wasUp || (this.#fault !== undefined && isAbsence(this.#fault) !== isAbsence(fault));
    server.health = health;
    this.#fault = fault;
    if (wasUp) this.#misses = 0;
    if (isNews && this.#isWatching)
      setup.log("warn", `${errorMessage(fault)}; ${server.address} gets no new requests (${countUp()})`);
    if (wasUp) this.#schedule();
  }

  /** Logs that the server is full, once until it has taken requests for a whole interval. */
  noteFull(error: OpenAiServerError): void {
    if (this.#fullAt === 0) this.#options.setup.log("warn", `${error.message}; its requests wait`);
    this.#fullAt = performance.now();
  }

  async #checkOnce(): Promise<void> {
    const { server } = this.#options;
    try {
      await this.#ask();
      this.#late = 0;
      this.#markUp();
    } catch (error) {
      if (this.#stopping.signal.aborted) throw error;
      this.#misses++;
      const isLate = error instanceof OpenAiServerError && error.kind === "failed" && !error.status;
      this.#late = isLate ? this.#late + 1 : 0;
      const isHung = this.#late >= LATE_CHECKS;
      // The only server that is up keeps its work while it may be merely slow.
      if (isLate && !isHung && server.isUp && !this.#options.hasOther()) throw error;
      const answers = error instanceof OpenAiServerError && (error.status !== undefined || isLate);
      this.markAway(answers ? "draining" : "down", toError(error));
      if (isHung && this.#options.hasOther())
        server.abandon(`${server.address} has not answered ${this.#late} health checks`);
      throw error;
    }
  }

  async #ask(): Promise<void> {
    const { server, setup, healthTimeoutMs } = this.#options;
    const { signal } = this.#stopping;
    if (!server.setup) {
      const found = await setUpServer(server.client, setup, signal);
      if (found.contextTokens < this.#requiredTokens)
        throw new OpenAiSetupError(
          `The server at ${server.address} has a context of ${found.contextTokens} tokens, and this worker promises ${this.#requiredTokens}. Start the server with that length, or restart the worker`,
        );
      server.setup = found;
      return;
    }
    await server.client.checkHealth(server.setup.healthPath, healthTimeoutMs);
    // What comes back may be another server.
    if (server.health === "down") await findModel(server.client, setup.model, signal);
  }

  #markUp(): void {
    const { server, setup, countUp, onUp, healthIntervalMs } = this.#options;
    const wasUp = server.isUp;
    const hadFault = this.#fault !== undefined;
    server.health = "up";
    this.#fault = undefined;
    this.#misses = 0;
    const isFullNoMore = this.#fullAt > 0 && performance.now() - this.#fullAt > healthIntervalMs;
    if (isFullNoMore) this.#fullAt = 0;
    if (this.#isWatching && (hadFault || isFullNoMore))
      setup.log("info", `${server.address} takes requests again (${countUp()})`);
    if (!wasUp) onUp();
  }

  #schedule(): void {
    if (!this.#isWatching || this.#stopping.signal.aborted) return;
    clearTimeout(this.#timer);
    const { server, healthIntervalMs } = this.#options;
    const pause = server.isUp ? healthIntervalMs : Math.min(awayMs(this.#misses + 1), healthIntervalMs);
    this.#timer = setTimeout(() => this.checkSoon(), pause);
    this.#timer.unref();
  }
}

/** Whether a fault passes by itself when the server comes back, and is not one of its set-up. */
function isAbsence(fault: Error): boolean {
  return !(fault instanceof OpenAiSetupError) || fault.isAbsence;
}
