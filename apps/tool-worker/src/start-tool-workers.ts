import { checkRedis, openRedis, type Redis } from "@bullpen/redis";
import {
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  type Registry,
  type Running,
  stopInOrder,
} from "@bullpen/runtime";
import { startTracing } from "@bullpen/tracing";
import { type Env, readEnvironment } from "./env.js";
import { SchemaChecker } from "./input/schema-checker.js";
import { type ServedTool, serveText } from "./serving/served-tool.js";
import { ToolFleet } from "./serving/tool-fleet.js";
import { createToolMetrics } from "./serving/tool-metrics.js";
import { UnservedTools } from "./serving/unserved-tools.js";
import { createCalculator } from "./tools/calculator/calculator.js";
import { openCalculatorLibraries } from "./tools/calculator/calculator-libraries.js";
import { loadCustomTools } from "./tools/custom/load-custom-tools.js";
import { type McpServerSettings, readMcpConfig } from "./tools/mcp/mcp-config.js";
import { McpFleet } from "./tools/mcp/mcp-fleet.js";
import { openSearch } from "./tools/search/open-search.js";
import { createSearchMetrics } from "./tools/search/search-metrics.js";
import { createSearchTool } from "./tools/search/search-tool.js";

/** Starts a tool-worker: Redis, health server, then one queue worker per tool. */
export async function startToolWorkers(env: Env, logger: Logger): Promise<Running> {
  const mcpServers = await readMcpServers(env, logger);
  const checker = new SchemaChecker({ logger });
  const customTools = await openCustomTools(env, checker, logger);
  const { redis, onError } = await openRedis({
    settings: env,
    whenAway: "wait",
    logger,
    reportsRisks: false,
  });
  const registry = createMetrics("tool-worker");
  const metrics = createToolMetrics(registry);
  const server = createHealthServer({ env, metrics: registry, checkReady: () => checkRedis(redis) });
  const url = await listen(server, env.HOST, env.TOOL_WORKER_PORT, "TOOL_WORKER_PORT");
  const tracing = await startTracing({ env, app: "tool-worker", logger });
  const fleet = await ToolFleet.start({ redis, metrics, logger, onError, tracing });
  await fleet.add([...(await openBuiltInTools(env, { redis, registry, logger })), ...customTools]);
  const mcp = await McpFleet.start({
    servers: mcpServers,
    fleet,
    checker,
    logger,
    heapMiB: env.TOOL_MEMORY_MIB,
    onStatus: (name, status) => metrics.setMcpServer(name, status),
  });
  const unserved = new UnservedTools({ redis, isServed: (tool) => fleet.serves(tool), onError });
  return {
    url,
    stop: stopInOrder([
      () => unserved.stop(),
      () => fleet.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => mcp.stop(),
      () => checker.close(),
      async () => tracing?.stop(),
      () => closeServer(server),
      async () => redis.disconnect(),
    ]),
  };
}

async function readMcpServers({ MCP_CONFIG: path }: Env, logger: Logger): Promise<McpServerSettings[]> {
  if (path === undefined) return [];
  return readMcpConfig({ path, environment: readEnvironment(), onWarning: (text) => logger.warn(text) });
}

async function openCustomTools(env: Env, checker: SchemaChecker, logger: Logger): Promise<ServedTool[]> {
  const { TOOLS_FOLDER: folder, TOOLS_ALLOWED_NETWORKS: allowed, TOOL_MEMORY_MIB: heapMiB } = env;
  return folder === undefined ? [] : loadCustomTools({ folder, allowed, checker, logger, heapMiB });
}

interface SearchContext {
  readonly redis: Redis;
  readonly registry: Registry;
  readonly logger: Logger;
}

/** Those of `BUILT_IN_TOOLS`: what is not served here opens no sandbox and no connection. */
async function openBuiltInTools(env: Env, context: SearchContext): Promise<ServedTool[]> {
  const serves = (name: string) => env.BUILT_IN_TOOLS.includes(name);
  return [
    ...(serves("Calculator") ? [await openCalculator(env, context.logger)] : []),
    ...(serves("Search") ? [openSearchTool(env, context)] : []),
  ];
}

async function openCalculator(env: Env, logger: Logger): Promise<ServedTool> {
  const libraries = await openCalculatorLibraries(env, logger);
  const calculator = createCalculator({ maxConcurrent: env.CALCULATOR_CONCURRENCY, libraries });
  return serveText(calculator, env.CALCULATOR_CONCURRENCY);
}

function openSearchTool(env: Env, { redis, registry, logger }: SearchContext): ServedTool {
  const chain = openSearch({
    redis,
    metrics: createSearchMetrics(registry),
    logger,
    providers: env.SEARCH_PROVIDER,
    search: {
      count: env.SEARCH_RESULTS,
      region: env.SEARCH_REGION,
      safeSearch: env.SEARCH_SAFE,
      timeoutMs: env.SEARCH_TIMEOUT_SECONDS * 1_000,
    },
    cacheSeconds: env.SEARCH_CACHE_SECONDS,
    ...(env.SEARCH_PROXY !== undefined && { proxy: env.SEARCH_PROXY }),
    duckduckgo: { perMinute: env.DUCKDUCKGO_PER_MINUTE },
    searxng: { url: env.SEARXNG_URL ?? "", perMinute: env.SEARXNG_PER_MINUTE },
    local: { documents: env.SEARCH_DOCUMENTS },
  });
  const tool = createSearchTool({ chain, tokens: env.SEARCH_TOKENS, count: env.SEARCH_RESULTS });
  return serveText(tool, env.SEARCH_CONCURRENCY);
}
