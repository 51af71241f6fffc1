import { redactContent, splitCredentials } from "@bullpen/contracts";
import { AnswerTooLongError, RefusedRedirectError } from "@bullpen/outbound";
import { HttpClient } from "@bullpen/outbound/client";
import { z } from "zod";
import {
  SEARCH_DEFAULTS,
  SearchFailedError,
  type SearchOptions,
  type SearchProvider,
} from "./search-provider.js";

export interface SearxngOptions extends Partial<SearchOptions> {
  /** Where the instance is, such as `http://127.0.0.1:8888`. Credentials in it are sent as Basic auth. */
  readonly url: string;
  /** `http://user:password@host:port`. Default: none. */
  readonly proxy?: string;
}

const SAFE_SEARCH = { off: "0", moderate: "1", strict: "2" };

/** The part of the response that is used. */
const answerSchema = z.object({
  results: z.array(
    z.object({ title: z.string().default(""), url: z.string(), content: z.string().nullish() }),
  ),
  /** Engines that did not answer the instance, each with the reason. */
  unresponsive_engines: z.array(z.array(z.unknown())).default([]),
});

/** Text search at a SearXNG instance, which must offer JSON (`search.formats` in its settings). */
export function createSearxng(options: SearxngOptions): SearchProvider {
  const { count, region, safeSearch, timeoutMs, proxy } = { ...SEARCH_DEFAULTS, ...options };
  const { url, authorization } = splitCredentials(options.url);
  const headers = { accept: "application/json", ...(authorization !== undefined && { authorization }) };
  const client = new HttpClient({ proxy: proxy === undefined ? undefined : splitCredentials(proxy) });
  return {
    name: "searxng",
    search: async (phrase, signal) => {
      const address = new URL("search", url.endsWith("/") ? url : `${url}/`);
      const query = {
        q: phrase,
        format: "json",
        language: languageOf(region),
        safesearch: SAFE_SEARCH[safeSearch],
      };
      address.search = new URLSearchParams(query).toString();
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const { results, unresponsive_engines } = await ask(client, address, { headers, signal: limited });
        if (results.length === 0 && unresponsive_engines.length > 0) {
          throw new SearchFailedError("refused", "none of SearXNG's engines answered.");
        }
        return results.slice(0, count).map((result) => ({
          title: result.title,
          url: result.url,
          // The instance may show its request, and the text is cached, so secrets are removed here.
          body: redactContent(result.content ?? ""),
        }));
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof SearchFailedError ? error : unreachable(error, limited.aborted);
      }
    },
  };
}

/** Its answers have less than 500 kB. */
const MAX_ANSWER_BYTES = 4_000_000;

async function ask(
  client: HttpClient,
  address: URL,
  request: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<z.output<typeof answerSchema>> {
  const response = await client.fetch(address, request, { maxBytes: MAX_ANSWER_BYTES });
  if (response.status === 401) {
    throw new SearchFailedError("refused", "SearXNG asks for a user name and password that it accepts.");
  }
  if (response.status === 429)
    throw new SearchFailedError("refused", "SearXNG refuses us for now (too many requests).");
  if (response.status === 403) {
    throw new SearchFailedError(
      "refused",
      "SearXNG offers no JSON (add json to search.formats in its settings).",
    );
  }
  if (!response.ok)
    throw new SearchFailedError("unreachable", `SearXNG reports an error of its own (${response.status}).`);
  const text = await response.text();
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SearchFailedError("unreadable", "SearXNG's answer has an unknown form.", { cause });
  }
}

/** DuckDuckGo's regions that differ from the ISO codes that SearXNG uses. */
const ISO_COUNTRY: Readonly<Record<string, string>> = { uk: "gb" };
const ISO_LANGUAGE: Readonly<Record<string, string>> = { jp: "ja", kr: "ko", tzh: "zh" };

/** `uk-en` becomes SearXNG's `en-GB`; no region becomes all languages. */
function languageOf(region: string): string {
  if (region === "wt-wt") return "all";
  const [country = "", language = ""] = region.split("-");
  return `${ISO_LANGUAGE[language] ?? language}-${(ISO_COUNTRY[country] ?? country).toUpperCase()}`;
}

function unreachable(error: unknown, timedOut: boolean): SearchFailedError {
  const cause = { cause: error };
  if (error instanceof RefusedRedirectError)
    return new SearchFailedError(
      "unreachable",
      "SearXNG redirects to another address (SEARXNG_URL must be the final one).",
      cause,
    );
  if (error instanceof AnswerTooLongError)
    return new SearchFailedError("unreadable", "SearXNG's answer is too long.", cause);
  if (timedOut) return new SearchFailedError("unreachable", "SearXNG did not answer in time.", cause);
  return new SearchFailedError("unreachable", `SearXNG cannot be reached (${codeOf(error)}).`, cause);
}

/** The error code of the network. A message could contain the address, and the model reads this text. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? error.name : codeOf(error.cause);
}
