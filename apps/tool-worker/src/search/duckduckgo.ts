import { setTimeout as sleep } from "node:timers/promises";
import { SafeSearchType, search } from "duck-duck-scrape";
import { SearchFailedError, type SearchProvider, type SearchResult } from "./search-provider.js";

/** Options of `needle`, the HTTP client inside duck-duck-scrape; only what we or a test need. */
export interface NeedleOptions {
  readonly headers?: Record<string, string>;
  readonly proxy?: string;
  readonly use_proxy_from_env_var?: boolean;
  readonly uri_modifier?: (uri: string) => string;
}

export interface DuckDuckGoOptions {
  readonly needleOptions?: NeedleOptions;
  /** Results to return. Default 3. */
  readonly count?: number;
  /** Time for one attempt, in milliseconds. Default 8000. */
  readonly attemptTimeoutMs?: number;
  /** Pauses before the second, the third … attempt, in milliseconds. Default 1000 and 3000. */
  readonly retryDelaysMs?: readonly number[];
  /** Spreads the pauses over half to one and a half of their length. Default Math.random. */
  readonly random?: () => number;
}

/** duck-duck-scrape names a browser only when it is given no options at all, and then in one request of two. */
const HEADERS = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" };

/** Text search at DuckDuckGo: all regions (`wt-wt`), safe search on (strict, not moderate). */
export function createDuckDuckGo(options: DuckDuckGoOptions = {}): SearchProvider {
  const { count = 3, attemptTimeoutMs = 8000, retryDelaysMs = [1000, 3000], random = Math.random } = options;

  async function attempt(phrase: string, signal: AbortSignal): Promise<SearchResult[]> {
    // One signal an attempt: needle leaves its listeners on it.
    const limited = AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]);
    // A cast because duck-duck-scrape takes its type from @types/needle, which is not installed.
    const request = { headers: HEADERS, ...options.needleOptions, signal: limited } as object;
    try {
      const found = await search(phrase, { region: "wt-wt", safeSearch: SafeSearchType.STRICT }, request);
      return found.results.slice(0, count).map((result) => ({
        title: withoutMarkup(result.title),
        url: result.url,
        body: withoutMarkup(result.description),
      }));
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error, limited.aborted);
    }
  }

  return {
    async search(phrase, signal) {
      for (const delay of retryDelaysMs) {
        try {
          return await attempt(phrase, signal);
        } catch (error) {
          if (!(error instanceof SearchFailedError)) throw error;
        }
        await pause(delay * (0.5 + random()), signal);
      }
      return attempt(phrase, signal);
    },
  };
}

/** duck-duck-scrape tells its failures apart only by their messages. */
function failureOf(error: unknown, timedOut: boolean): SearchFailedError {
  const message = error instanceof Error ? error.message : String(error);
  const cause = { cause: error };
  if (timedOut) return new SearchFailedError("unreachable", "DuckDuckGo did not answer in time.", cause);
  if (/anomaly/i.test(message)) {
    return new SearchFailedError("refused", "DuckDuckGo refuses us for now (too many requests).", cause);
  }
  // It hides whatever went wrong with its first request; a block page looks the same as no network.
  if (/VQD/.test(message)) {
    return new SearchFailedError("refused", "DuckDuckGo did not let the search begin.", cause);
  }
  if (/server error/i.test(message)) {
    return new SearchFailedError("unreachable", "DuckDuckGo reports an error of its own.", cause);
  }
  if (error instanceof Error && "code" in error) {
    return new SearchFailedError("unreachable", `DuckDuckGo cannot be reached (${error.code}).`, cause);
  }
  return new SearchFailedError("unreadable", "DuckDuckGo's answer has an unknown form.", cause);
}

/** The text without tags; entities are decoded already. A lone `<` is text. */
function withoutMarkup(html: string): string {
  return html.replace(/<\/?[a-z][^<>]*>/gi, "");
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    // Node rejects with an AbortError of its own; callers are promised the signal's reason.
    signal.throwIfAborted();
    throw error;
  }
}
