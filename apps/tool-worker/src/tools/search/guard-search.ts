import { setTimeout as sleep } from "node:timers/promises";
import type { RequestGate } from "@bullpen/redis";
import {
  SearchFailedError,
  type SearchFailure,
  type SearchProvider,
  type SearchResult,
} from "./search-provider.js";

export interface GuardSearchOptions {
  readonly provider: SearchProvider;
  readonly gate: RequestGate;
  /** Maximum number of requests of one search. Default 3. */
  readonly attempts?: number;
  /** How long a search waits for its turn before each request, in milliseconds. Default 15,000. */
  readonly longestWaitMs?: number;
  /** Called with the outcome of each request, and with `busy` or `paused` for one that was not made. */
  readonly onRequest?: (result: "ok" | SearchFailure) => void;
}

/** A provider with its gate: asked in turn, tried again after a failure, and paused while it keeps failing. */
export function guardSearch(options: GuardSearchOptions): SearchProvider {
  const { provider, gate, attempts = 3, longestWaitMs = 15_000, onRequest = () => {} } = options;

  async function attempt(phrase: string, signal: AbortSignal): Promise<SearchResult[]> {
    const { verdict, waitMs } = await gate.admit(longestWaitMs);
    if (verdict !== "go") throw notAdmitted(provider.name, verdict, waitMs);
    await pause(waitMs, signal);
    try {
      const results = await provider.search(phrase, signal);
      await gate.report(true);
      return results;
    } catch (error) {
      if (error instanceof SearchFailedError) await gate.report(false);
      throw error;
    }
  }

  return {
    name: provider.name,
    search: async (phrase, signal) => {
      for (let made = 1; ; made++) {
        try {
          const results = await attempt(phrase, signal);
          onRequest("ok");
          return results;
        } catch (error) {
          if (!(error instanceof SearchFailedError)) throw error;
          onRequest(error.failure);
          if (made >= attempts || error.failure === "busy" || error.failure === "paused") throw error;
        }
      }
    },
  };
}

function notAdmitted(provider: string, verdict: "busy" | "open", waitMs: number): SearchFailedError {
  const seconds = Math.ceil(waitMs / 1_000);
  return verdict === "busy"
    ? new SearchFailedError(
        "busy",
        `${provider} has reached its limit of requests; the next one is possible in ${seconds} s.`,
      )
    : new SearchFailedError("paused", `${provider} keeps failing and is not asked for ${seconds} s.`);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    // Node rejects with its own AbortError; the contract is the signal's reason.
    signal.throwIfAborted();
    throw error;
  }
}
