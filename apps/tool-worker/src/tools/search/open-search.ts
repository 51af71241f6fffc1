import { type Redis, RequestGate, type RequestGateOptions } from "@bullpen/redis";
import type { Logger } from "@bullpen/runtime";
import { cacheSearch } from "./cache-search.js";
import { createDuckDuckGo, type DuckDuckGoOptions } from "./duckduckgo.js";
import { guardSearch } from "./guard-search.js";
import { openLocalSearch } from "./open-local-search.js";
import { SearchChain } from "./search-chain.js";
import type { SearchMetrics } from "./search-metrics.js";
import type { ProviderName, SearchOptions, SearchProvider } from "./search-provider.js";
import { createSearxng } from "./searxng.js";

export interface OpenSearchOptions {
  readonly redis: Redis;
  readonly metrics: SearchMetrics;
  readonly logger: Pick<Logger, "info" | "warn">;
  /** Providers in the order in which they are asked. */
  readonly providers: readonly ProviderName[];
  readonly search: SearchOptions;
  /** Seconds for which results from the web are cached; 0 disables the cache. */
  readonly cacheSeconds: number;
  /** An HTTP proxy on the way to providers on the web. Default: none. */
  readonly proxy?: string;
  readonly duckduckgo: Pick<DuckDuckGoOptions, "needleOptions"> & { readonly perMinute: number };
  readonly searxng: { readonly url: string; readonly perMinute: number };
  readonly local: { readonly documents: string };
  /** Pauses of the gates. For tests that cannot wait as long. */
  readonly pauses?: Pick<RequestGateOptions, "backOffMs" | "openMs" | "threshold">;
}

/**
 * The chain of providers. Those on the web have a cache and a gate that all tool-workers share; a
 * change of the local documents shows at once.
 */
export function openSearch(options: OpenSearchOptions): SearchChain {
  return new SearchChain(options.providers.map((name) => openProvider(name, options)));
}

function openProvider(name: ProviderName, options: OpenSearchOptions): SearchProvider {
  const { duckduckgo, searxng, local } = options;
  const search = { ...options.search, ...(options.proxy !== undefined && { proxy: options.proxy }) };
  switch (name) {
    case "local":
      return openLocalSearch({
        ...local,
        count: search.count,
        metrics: options.metrics,
        logger: options.logger,
      });
    case "duckduckgo":
      return share(createDuckDuckGo({ ...search, ...duckduckgo }), duckduckgo.perMinute, options);
    case "searxng":
      return share(createSearxng({ ...search, url: searxng.url }), searxng.perMinute, options);
  }
}

function share(provider: SearchProvider, perMinute: number, options: OpenSearchOptions): SearchProvider {
  const { redis, metrics, search, cacheSeconds, pauses } = options;
  const gate = new RequestGate({ redis, name: `search:${provider.name}`, perMinute, ...pauses });
  metrics.watchCircuit(provider.name, () => gate.state());
  const guarded = guardSearch({
    provider,
    gate,
    onRequest: (result) => metrics.countRequest(provider.name, result),
  });
  if (cacheSeconds === 0) return guarded;
  return cacheSearch({
    provider: guarded,
    redis,
    ttlSeconds: cacheSeconds,
    variant: JSON.stringify([search.region, search.safeSearch, search.count]),
    onLookup: (result) => metrics.countLookup(provider.name, result),
  });
}
