import { setTimeout as sleep } from "node:timers/promises";
import { ApiAway } from "./connection.js";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface RetryOptions {
  /** Default: as many as it takes. */
  readonly attempts?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told when the api is away and when it answers again. */
  readonly outage?: Outage;
}

/** Runs a request again with growing pauses for as long as the api is away. Only for requests that may come twice. */
export async function retryWhileAway<T>(request: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = Number.POSITIVE_INFINITY, signal, outage } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      const reply = await request();
      outage?.end();
      return reply;
    } catch (error) {
      if (!(error instanceof ApiAway) || attempt >= attempts) throw error;
      outage?.begin(error);
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    await sleep(pause, undefined, signal ? { signal } : {});
  }
}

/** Says once that the api is away, and once that it is back, however many requests notice. */
export class Outage {
  readonly #say: (message: string) => void;
  #isAway = false;

  constructor(say: (message: string) => void) {
    this.#say = say;
  }

  begin(error: ApiAway): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#say(`${error.message} Trying until it is back; nothing is lost.`);
  }

  end(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#say("The api is back.");
  }
}
