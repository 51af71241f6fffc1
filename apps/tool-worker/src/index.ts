/**
 * The parts of the tool-worker that the repository's tests and benchmarks start in a process of their own. No app
 * imports this one.
 */
export type { Env } from "./env.js";
export type { VehicleKind } from "./host/host-vehicle.js";
export { SchemaChecker } from "./input/schema-checker.js";
export type { ServedTool } from "./serving/served-tool.js";
export { UnservedTools } from "./serving/unserved-tools.js";
export { startToolWorkers } from "./start-tool-workers.js";
export { createCalculator } from "./tools/calculator/calculator.js";
export { loadCustomTools } from "./tools/custom/load-custom-tools.js";
export { exactFetch } from "./tools/mcp/exact-wire.js";
export type { ListedTool } from "./tools/mcp/listed-tool.js";
export { McpServer } from "./tools/mcp/mcp-server.js";
export { toServedTool } from "./tools/mcp/mcp-tools.js";
export { type OpenSearchOptions, openSearch } from "./tools/search/open-search.js";
export { createSearchMetrics } from "./tools/search/search-metrics.js";
export { SEARCH_DEFAULTS } from "./tools/search/search-provider.js";
export { createSearchTool } from "./tools/search/search-tool.js";
