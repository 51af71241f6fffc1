import type { Caller } from "../../serving/tool.js";

/** One result of a search. All three fields are plain text. */
export interface SearchResult {
  readonly title: string;
  /** Its source: an address, or a document's path. */
  readonly url: string;
  readonly body: string;
}

export const PROVIDER_NAMES = ["duckduckgo", "searxng", "local"] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Settings that apply to every provider. */
export interface SearchOptions {
  /** Results to return. */
  readonly count: number;
  /** Country and language in DuckDuckGo's form, such as `uk-en`; `wt-wt` is none. */
  readonly region: string;
  readonly safeSearch: "strict" | "moderate" | "off";
  /** Time for one request, in milliseconds. */
  readonly timeoutMs: number;
}

export const SEARCH_DEFAULTS: SearchOptions = {
  count: 3,
  region: "wt-wt",
  safeSearch: "strict",
  timeoutMs: 8_000,
};

export interface SearchProvider {
  readonly name: ProviderName;
  /**
   * The best results, best first; an empty list if there are none. The phrase is not empty. Makes one attempt; the caller
   * decides on others. Rejects with SearchFailedError, or with the signal's reason on abort.
   */
  search(phrase: string, signal: AbortSignal, caller?: Caller): Promise<SearchResult[]>;
}

/**
 * - `refused`: the provider answered, but refused the search;
 * - `unreachable`: no answer came;
 * - `unreadable`: the answer has an unknown form;
 * - `busy`: the rate limit of this installation leaves no room for the request in time;
 * - `paused`: the provider failed so often that it is not asked for a while;
 * - `documents`: the documents are missing or broken.
 */
export const SEARCH_FAILURES = [
  "refused",
  "unreachable",
  "unreadable",
  "busy",
  "paused",
  "documents",
] as const;
export type SearchFailure = (typeof SEARCH_FAILURES)[number];

/** The provider could not search. The message is a clause that completes "the search failed: …". */
export class SearchFailedError extends Error {
  override readonly name = "SearchFailedError";
  readonly failure: SearchFailure;

  constructor(failure: SearchFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
