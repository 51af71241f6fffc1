import { abortable, backoff } from "@bullpen/base";
import { ServiceUnavailableError } from "../errors.js";

/**
 * Pauses between attempts: short first, since most outages are restarts of a second or two; 5 seconds at most, so
 * that a return is noticed soon. Half of each is left to chance: clients that failed together come back apart.
 */
const pauseMs = backoff({ firstMs: 250, maxMs: 5_000, jitter: 0.5 });

/** The longest `Retry-After` that is honoured, in milliseconds. The API asks for 10 seconds at most. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Who wants to know that the API is away, and that it is back. */
export interface OutageListener {
  /** Called once for an outage, however many requests notice it. */
  onOutage?: ((error: ServiceUnavailableError) => void) | undefined;
  /** Called when the API answers again. */
  onRecovery?: (() => void) | undefined;
}

/** The one retry rule: another attempt after each {@link ServiceUnavailableError}, after a growing pause. */
export class RetryRule {
  readonly #listener: OutageListener;
  #isAway = false;

  constructor(listener: OutageListener = {}) {
    this.#listener = listener;
  }

  /**
   * @param request is called again for each attempt; it must be one that may come twice.
   * @throws what the last attempt threw, or the signal's reason.
   */
  async run<T>(
    request: () => Promise<T>,
    { maxAttempts, signal }: { readonly maxAttempts: number; readonly signal: AbortSignal | undefined },
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await request();
        this.#recover();
        return answer;
      } catch (error) {
        if (!(error instanceof ServiceUnavailableError) || attempt >= maxAttempts) throw error;
        this.#begin(error);
        await pause(Math.max(pauseMs(attempt), Math.min(error.retryAfterMs, MAX_RETRY_AFTER_MS)), signal);
      }
    }
  }

  #begin(error: ServiceUnavailableError): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#listener.onOutage?.(error);
  }

  #recover(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#listener.onRecovery?.();
  }
}

/** Waits; rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await abortable(over, signal);
  } finally {
    clearTimeout(timer);
  }
}
