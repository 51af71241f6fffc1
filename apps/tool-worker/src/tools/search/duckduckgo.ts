import { errorMessage } from "@bullpen/base";
import { SafeSearchType, search } from "duck-duck-scrape";
import { decode } from "html-entities";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import {
  SEARCH_DEFAULTS,
  SearchFailedError,
  type SearchOptions,
  type SearchProvider,
} from "./search-provider.js";

/** Options of `needle`, the HTTP client inside duck-duck-scrape; only those that this module or a test needs. */
interface NeedleOptions {
  readonly headers?: Record<string, string>;
  /** `undefined`: connections without a proxy. */
  readonly agent?: HttpsProxyAgent<string> | undefined;
  readonly use_proxy_from_env_var?: boolean;
  readonly uri_modifier?: (uri: string) => string;
}

export interface DuckDuckGoOptions extends Partial<SearchOptions> {
  /** `http://user:password@host:port`. Default: what the environment says (`https_proxy`). */
  readonly proxy?: string;
  readonly needleOptions?: NeedleOptions;
}

/** duck-duck-scrape sends a browser's name only if it gets no options, and then in one of two requests. */
const HEADERS = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0" };

const SAFE_SEARCH = {
  strict: SafeSearchType.STRICT,
  moderate: SafeSearchType.MODERATE,
  off: SafeSearchType.OFF,
};

/** Text search at DuckDuckGo. A search takes two requests: one for a token, and the search itself. */
export function createDuckDuckGo(options: DuckDuckGoOptions = {}): SearchProvider {
  const { count, region, safeSearch, timeoutMs, proxy, needleOptions } = { ...SEARCH_DEFAULTS, ...options };
  const through = proxyOptions(proxy ?? getProxyForUrl("https://duckduckgo.com/"));
  return {
    name: "duckduckgo",
    search: async (phrase, signal) => {
      // A new signal for each search, because needle leaves its listeners on it.
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const ours = { headers: HEADERS, ...through, ...needleOptions };
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

/** A tunnel: needle's own way through a proxy sends the phrase in the clear, and cuts a password at its first colon. */
function proxyOptions(proxy: string): NeedleOptions {
  return { use_proxy_from_env_var: false, ...(proxy !== "" && { agent: new HttpsProxyAgent(proxy) }) };
}

/** duck-duck-scrape distinguishes its failures only by their messages. */
function failureOf(error: unknown, timedOut: boolean): SearchFailedError {
  const message = errorMessage(error);
  const cause = { cause: error };
  if (timedOut) return new SearchFailedError("unreachable", "DuckDuckGo did not answer in time.", cause);
  if (/anomaly/i.test(message)) {
    return new SearchFailedError("refused", "DuckDuckGo refuses us for now (too many requests).", cause);
  }
  // It hides the cause of a failure of its first request: a block page and no network give the same message.
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
 * The text of a title or description as DuckDuckGo sends it: HTML in which `<b>` marks the words that were found, and the
 * page's own text is escaped. So the marks are removed first, and the decoded text is kept.
 */
function plainText(html: string): string {
  return decode(html.replace(/<\/?b>/gi, ""));
}
