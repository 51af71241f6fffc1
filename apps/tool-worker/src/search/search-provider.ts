/** One hit of a search. All three are plain text. */
export interface SearchResult {
  readonly title: string;
  /** Where it comes from: an address, or a document's path. */
  readonly url: string;
  readonly body: string;
}

export interface SearchProvider {
  /**
   * The best results, best first; an empty list when there are none. The phrase is not empty.
   * Rejects with SearchFailedError, or with the signal's reason on abort.
   */
  search(phrase: string, signal: AbortSignal): Promise<SearchResult[]>;
}

/**
 * `refused` – the provider answers, but not us or not now; `unreachable` – no answer came; `unreadable` – an
 * answer in a form that is not known; `documents` – the folder of documents is missing or empty.
 */
export type SearchFailure = "refused" | "unreachable" | "unreadable" | "documents";

/** The provider could not search. The message is a clause that completes "the search failed: …". */
export class SearchFailedError extends Error {
  override readonly name = "SearchFailedError";
  readonly failure: SearchFailure;

  constructor(failure: SearchFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}
