import { createHash } from "node:crypto";
import { DEFAULT_TENANT } from "@bullpen/contracts";
import { type Redis, SharedCache } from "@bullpen/redis";
import { z } from "zod";
import {
  SEARCH_FAILURES,
  SearchFailedError,
  type SearchProvider,
  type SearchResult,
} from "./search-provider.js";

export interface CacheSearchOptions {
  readonly provider: SearchProvider;
  readonly redis: Redis;
  /** How long results are kept. */
  readonly ttlSeconds: number;
  /** What changes the results of a phrase: region, safe search … */
  readonly variant: string;
  readonly onLookup?: (result: "hit" | "miss") => void;
}

/** A failure is kept only for those that wait for the same phrase. */
const FAILURE_MS = 2_000;

const cachedSchema = z.union([
  z.object({ results: z.array(z.object({ title: z.string(), url: z.string(), body: z.string() })) }),
  z.object({ failure: z.enum(SEARCH_FAILURES), message: z.string() }),
]);
type Cached = z.infer<typeof cachedSchema>;

/**
 * The provider with a cache that all tool-workers share: of several searches for one phrase at the same time, in
 * whatever case and spacing, one asks the provider, and the others get its results or its failure. Each tenant has
 * entries of its own: how fast an answer comes must not tell what others have searched for.
 */
export function cacheSearch(options: CacheSearchOptions): SearchProvider {
  const { provider, redis, ttlSeconds, variant, onLookup = () => {} } = options;
  const cache = new SharedCache({ redis, schema: cachedSchema });
  return {
    name: provider.name,
    search: async (phrase, signal, caller) => {
      const name = nameOf(provider.name, [caller?.tenant ?? DEFAULT_TENANT, variant], phrase);
      const compute = () => {
        onLookup("miss");
        return ask(provider, phrase, signal, ttlSeconds);
      };
      const { value, isHit } = await cache.getOrCompute(name, compute, signal);
      if (isHit) onLookup("hit");
      return open(value);
    },
  };
}

async function ask(
  provider: SearchProvider,
  phrase: string,
  signal: AbortSignal,
  ttlSeconds: number,
): Promise<{ value: Cached; ttlMs: number }> {
  try {
    return { value: { results: await provider.search(phrase, signal) }, ttlMs: ttlSeconds * 1_000 };
  } catch (error) {
    if (!(error instanceof SearchFailedError)) throw error;
    const { failure, message } = error;
    return { value: { failure, message }, ttlMs: FAILURE_MS };
  }
}

function open(cached: Cached): SearchResult[] {
  if ("results" in cached) return cached.results;
  throw new SearchFailedError(cached.failure, cached.message);
}

function nameOf(provider: string, variant: readonly string[], phrase: string): string {
  const plain = phrase.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  const digest = createHash("sha256")
    .update(JSON.stringify([...variant, plain]))
    .digest("base64url");
  return `search:${provider}:${digest}`;
}
