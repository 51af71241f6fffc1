import type { Caller } from "../../serving/tool.js";
import {
  type ProviderName,
  SearchFailedError,
  type SearchProvider,
  type SearchResult,
} from "./search-provider.js";

export interface Found {
  readonly provider: ProviderName;
  readonly results: readonly SearchResult[];
}

/** Providers in the order in which they are asked: if one fails, the next one is. */
export class SearchChain {
  readonly #providers: readonly SearchProvider[];

  constructor(providers: readonly SearchProvider[]) {
    this.#providers = providers;
  }

  /** @throws {SearchFailedError} of the last provider, which names the failure of each. */
  async search(phrase: string, signal: AbortSignal, caller?: Caller): Promise<Found> {
    const failures: SearchFailedError[] = [];
    for (const provider of this.#providers) {
      try {
        return { provider: provider.name, results: await provider.search(phrase, signal, caller) };
      } catch (error) {
        if (!(error instanceof SearchFailedError)) throw error;
        failures.push(error);
      }
    }
    const last = failures.at(-1);
    if (!last) throw new Error("a search chain has at least one provider");
    throw new SearchFailedError(last.failure, failures.map((failure) => failure.message).join(" "), {
      cause: last,
    });
  }
}
