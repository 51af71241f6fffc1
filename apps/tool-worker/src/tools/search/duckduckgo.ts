import { splitCredentials } from "@bullpen/contracts";
import { SafeSearchType, search } from "duck-duck-scrape";
import { decode } from "html-entities";
import {
  SEARCH_DEFAULTS,
  SearchFailedError,
  type SearchOptions,
  type SearchProvider,
} from "./search-provider.js";

/** Options of `needle`, the HTTP client inside duck-duck-scrape; only what we or a test need. */
export interface NeedleOptions {
  readonly headers?: Record<string, string>;
  readonly proxy?: string;
  readonly use_proxy_from_env_var?: boolean;
  readonly uri_modifier?: (uri: string) => string;
}

export interface DuckDuckGoOptions extends Partial<SearchOptions> {
  /** `http://user:password@host:port`. Default: what the environment says (`https_proxy`). */
  readonly proxy?: string;
  readonly needleOptions?: NeedleOptions;
}

/** duck-duck-scrape names a browser only when it is given no options at all, and then in one request of two. */
const HEADERS = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" };

const SAFE_SEARCH = {
  strict: SafeSearchType.STRICT,
  moderate: SafeSearchType.MODERATE,
  off: SafeSearchType.OFF,
};

/** Text search at DuckDuckGo. A search takes two requests: one that admits to the search, and the search. */
export function createDuckDuckGo(options: DuckDuckGoOptions = {}): SearchProvider {
  const { count, region, safeSearch, timeoutMs, proxy, needleOptions } = { ...SEARCH_DEFAULTS, ...options };
  const throughProxy = proxy === undefined ? {} : proxyOptions(proxy);
  return {
    name: "duckduckgo",
    search: async (phrase, signal) => {
      // One signal a search: needle leaves its listeners on it.
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const ours = { headers: HEADERS, ...throughProxy, ...needleOptions };
      // A cast because duck-duck-scrape takes its type from @types/needle, which is not installed.
      const request = { ...ours, signal: limited } as object;
      try {
        const found = await search(phrase, { region, safeSearch: SAFE_SEARCH[safeSearch] }, request);
        return found.results.slice(0, count).map((result) => ({
          title: plainText(result.title),
          url: result.url,
          body: plainText(result.rawDescription),
        }));
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(error, limited.aborted);
      }
    },
  };
}

/** Its login is sent by us: needle would end a password at its first colon. */
function proxyOptions(address: string): object {
  const { url: proxy, authorization } = splitCredentials(address);
  if (authorization === undefined) return { proxy };
  return { proxy, headers: { ...HEADERS, "proxy-authorization": authorization } };
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

/**
 * The text of a title or description as DuckDuckGo sends it: HTML in which `<b>` marks the words that were
 * found, and all that the page itself says is escaped. So the marks go first, and what decoding brings stays.
 */
function plainText(html: string): string {
  return decode(html.replace(/<\/?b>/gi, ""));
}
