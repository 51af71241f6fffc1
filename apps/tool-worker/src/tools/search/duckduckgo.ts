import { errorMessage } from "@bullpen/base";
import { splitCredentials } from "@bullpen/contracts";
import { HttpClient, readText } from "@bullpen/outbound/client";
import { decode } from "html-entities";
import { z } from "zod";
import {
  SEARCH_DEFAULTS,
  SearchFailedError,
  type SearchOptions,
  type SearchProvider,
} from "./search-provider.js";

export interface DuckDuckGoOptions extends Partial<SearchOptions> {
  /** `http://user:password@host:port`. Default: what the environment says (`https_proxy`). */
  readonly proxy?: string;
  /** Stand-ins for DuckDuckGo's two hosts, which are asked without the environment's proxy. */
  readonly urls?: DuckDuckGoUrls;
}

interface DuckDuckGoUrls {
  /** The page that gives out the token of a search. */
  readonly start: string;
  /** The script that holds the results. */
  readonly results: string;
}

const URLS: DuckDuckGoUrls = {
  start: "https://duckduckgo.com/",
  results: "https://links.duckduckgo.com/d.js",
};

/** It refuses programs that say what they are. */
const HEADERS = {
  accept: "*/*",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
};

/** Its pages have less than 500 kB. */
const MAX_PAGE_BYTES = 4_000_000;

/** Text search at DuckDuckGo. A search takes two requests: one for a token, and the search itself. */
export function createDuckDuckGo(options: DuckDuckGoOptions = {}): SearchProvider {
  const { count, region, safeSearch, timeoutMs, proxy, urls = URLS } = { ...SEARCH_DEFAULTS, ...options };
  const fromEnvironment = options.urls ? undefined : ("environment" as const);
  const client = new HttpClient({ proxy: proxy === undefined ? fromEnvironment : splitCredentials(proxy) });
  return {
    name: "duckduckgo",
    search: async (phrase, signal) => {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const read = (url: string, query: Readonly<Record<string, string>>) =>
        readPage(client, `${url}?${new URLSearchParams(query)}`, limited);
      try {
        const start = await read(urls.start, { q: phrase, ia: "web" });
        const token = /vqd=['"]([\d-]{3,100})['"]/.exec(start)?.[1];
        // A page that blocks us has no token.
        if (token === undefined)
          throw new SearchFailedError("refused", "DuckDuckGo did not let the search begin.");
        const page = await read(urls.results, queryOf(phrase, token, { region, safeSearch }));
        return resultsOf(page).slice(0, count);
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof SearchFailedError ? error : failureOf(error, limited.aborted);
      }
    },
  };
}

async function readPage(client: HttpClient, url: string, signal: AbortSignal): Promise<string> {
  const { status, body } = await client.request(url, { headers: HEADERS, redirects: "same-origin", signal });
  const text = await readText(body, MAX_PAGE_BYTES);
  if (status >= 500 || text.includes("DDG.deep.is506"))
    throw new SearchFailedError("unreachable", "DuckDuckGo reports an error of its own.");
  if (status === 429 || text.includes("DDG.deep.anomalyDetectionBlock"))
    throw new SearchFailedError("refused", "DuckDuckGo refuses us for now (too many requests).");
  return text;
}

/** What its own page asks the script for. */
function queryOf(
  phrase: string,
  token: string,
  { region, safeSearch }: Pick<SearchOptions, "region" | "safeSearch">,
): Record<string, string> {
  const safety = {
    strict: { p: "1", videxp: "a", eclsexp: "a", stiaexp: "a", related: "b", msnexp: "a" },
    moderate: { t: "D", ex: "-1", eclsexp: "b" },
    off: { t: "D", ex: "-2", eclsexp: "b" },
  }[safeSearch];
  return {
    ...{ q: phrase, vqd: token, kl: region, l: "en-us", dl: "en", ct: "US", bing_market: "en-US" },
    ...{ s: "0", df: "a", sp: "1", bpa: "1", biaexp: "b", msvrtexp: "b", nadse: "b", tjsexp: "b" },
    ...safety,
  };
}

const LIST_START = "DDG.pageLayout.load('d',";
const LIST_END = ");DDG.duckbar.load";

/** The row that ends a page has `n`, the address of the next; a page without hits has one row that is none. */
const rowsSchema = z.array(
  z.union([
    z.object({ n: z.string() }).transform(() => []),
    z.object({ t: z.string(), a: z.string().min(1), u: z.string() }).transform((row) => [row]),
    z.object({ t: z.literal("EOF") }).transform(() => []),
  ]),
);

function resultsOf(page: string) {
  const start = page.indexOf(LIST_START);
  const end = page.indexOf(LIST_END, start);
  try {
    // Tabs within the texts are not escaped.
    const list = JSON.parse(page.slice(start + LIST_START.length, end).replaceAll("\t", " "));
    return rowsSchema
      .parse(start < 0 || end < 0 ? undefined : list)
      .flat()
      .map(({ t, a, u }) => ({ title: plainText(t), url: u, body: plainText(a) }));
  } catch (cause) {
    throw new SearchFailedError("unreadable", "DuckDuckGo's answer has an unknown form.", { cause });
  }
}

function failureOf(error: unknown, timedOut: boolean): SearchFailedError {
  const cause = { cause: error };
  if (timedOut) return new SearchFailedError("unreachable", "DuckDuckGo did not answer in time.", cause);
  const code = error instanceof Error && "code" in error ? String(error.code) : errorMessage(error);
  return new SearchFailedError("unreachable", `DuckDuckGo cannot be reached (${code}).`, cause);
}

/**
 * The text of a title or description as DuckDuckGo sends it: HTML in which `<b>` marks the words that were found, and the
 * page's own text is escaped. So the marks are removed first, and the decoded text is kept.
 */
function plainText(html: string): string {
  return decode(html.replace(/<\/?b>/gi, ""));
}
