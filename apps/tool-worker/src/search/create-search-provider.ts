import { createDuckDuckGo, type DuckDuckGoOptions } from "./duckduckgo.js";
import { createLocalSearch, type LocalSearchOptions } from "./local.js";
import type { SearchProvider } from "./search-provider.js";

export type SearchProviderOptions =
  | ({ readonly provider: "duckduckgo" } & DuckDuckGoOptions)
  | ({ readonly provider: "local" } & LocalSearchOptions);

export function createSearchProvider(options: SearchProviderOptions): SearchProvider {
  switch (options.provider) {
    case "duckduckgo":
      return createDuckDuckGo(options);
    case "local":
      return createLocalSearch(options);
  }
}
