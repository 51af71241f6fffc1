import type { OpenAiClient } from "./client.js";
import { OpenAiServerError } from "./errors.js";
import { retryPauseMs } from "./retry-pause.js";
import type { ServerSetup } from "./set-up-server.js";

/** What is known of one server, for metrics. The counters only grow. */
export interface ServerFigures {
  /** Its base URL without credentials. */
  readonly address: string;
  /** Whether it takes new requests. */
  readonly isUp: boolean;
  /** Requests of this process that it works on. */
  readonly inFlight: number;
  readonly requests: number;
  /** Requests that ended without a completion, those that it refused included; cancelled ones are not errors. */
  readonly errors: number;
}

/**
 * `starting`: it has not been tried out yet. `up`: it takes work. `draining`: it answers health checks with an error,
 * or late; what it works on may end. `down`: it cannot be reached, or does not serve the model.
 */
export type ServerHealth = "starting" | "up" | "draining" | "down";

/** A server that asks for more than five minutes gets the next request after five. */
const MAX_RETRY_AFTER_MS = 300_000;
/** Failures in a row, of any requests, from which a server gets pauses: three are no chance of one bad request. */
const FAILURES_FOR_PAUSE = 3;

/** One server of a pool: its health, its load, and the requests that it works on. */
export class PooledServer implements ServerFigures {
  readonly client: OpenAiClient;
  health: ServerHealth = "starting";
  setup: ServerSetup | undefined;
  inFlight = 0;
  requests = 0;
  errors = 0;
  /** Failed attempts and refusals for want of room since the last success. */
  #failures = 0;
  #pausedUntil = 0;
  readonly #active = new Set<AbortController>();

  constructor(client: OpenAiClient) {
    this.client = client;
  }

  get address(): string {
    return this.client.address;
  }

  get isUp(): boolean {
    return this.health === "up";
  }

  /** Whether it takes a request now: it is up and not in a pause. */
  isAvailable(now: number): boolean {
    return this.isUp && now >= this.#pausedUntil;
  }

  /** When its pause ends, on the clock of `performance.now()`; in the past if it has none. */
  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** Counts a request in that {@link run} is about to run, so that the next choice sees it. */
  reserve(): void {
    this.inFlight++;
  }

  /** Runs a reserved request on it. Its signal also aborts when the server is given up, see {@link abandon}. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const abandoned = new AbortController();
    this.#active.add(abandoned);
    this.requests++;
    try {
      const result = await work(AbortSignal.any([signal, abandoned.signal]));
      this.#failures = 0;
      return result;
    } catch (error) {
      if (!signal.aborted) this.errors++;
      throw error;
    } finally {
      this.inFlight--;
      this.#active.delete(abandoned);
    }
  }

  /** Keeps new requests away for a while after an answer that says that it is full, or after repeated failures. */
  pauseAfter(error: OpenAiServerError): void {
    const now = performance.now();
    const wanted = Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    // Requests that were sent together fail together: that is one failure of the server.
    if (now >= this.#pausedUntil) this.#failures++;
    if (error.kind === "failed" && this.#failures < FAILURES_FOR_PAUSE) return;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.max(wanted, retryPauseMs(this.#failures)));
  }

  /** Ends its requests with an error that lets each of them go to another server. */
  abandon(reason: string): void {
    for (const active of this.#active) active.abort(new OpenAiServerError("failed", reason));
  }
}
