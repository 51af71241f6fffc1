import { CALCULATOR } from "@bullpen/contracts";
import { checkRedis, connectRedis } from "@bullpen/queue";
import {
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  type Running,
} from "@bullpen/runtime";
import { loadCustomTools } from "./custom/load-custom-tools.js";
import type { Env } from "./env.js";
import { LapsedTools } from "./lapsed-tools.js";
import { readMcpConfig } from "./mcp/mcp-config.js";
import { McpFleet } from "./mcp/mcp-fleet.js";
import { type ServedTool, serveText } from "./served-tool.js";
import { ToolFleet } from "./tool-fleet.js";
import { createToolMetrics } from "./tool-metrics.js";
import { createTools } from "./tools.js";

/** Starts a tool-worker: Redis, health server, then one queue worker a tool; stops in reverse. */
export async function startToolWorkers(env: Env, logger: Logger): Promise<Running> {
  const mcpServers = env.MCP_CONFIG === undefined ? [] : await readMcpConfig(env.MCP_CONFIG);
  const customTools = env.TOOLS_FOLDER === undefined ? [] : await loadCustomTools(env.TOOLS_FOLDER);
  const onError = (error: Error) => logger.warn({ err: error }, "redis");
  const redis = await connectRedis({ url: env.REDIS_URL, whenAway: "wait", onError });
  const registry = createMetrics("tool-worker");
  const metrics = createToolMetrics(registry);
  const server = createHealthServer({ metrics: registry, checkReady: () => checkRedis(redis) });
  const url = await listen(server, env.HOST, env.TOOL_WORKER_PORT, "TOOL_WORKER_PORT");
  const fleet = await ToolFleet.start({ redis, metrics, onError });
  await fleet.add([...openClassicTools(env), ...customTools]);
  const mcp = await McpFleet.start({
    servers: mcpServers,
    fleet,
    logger,
    onStatus: (name, status) => metrics.setMcpServer(name, status),
  });
  const lapsed = new LapsedTools({ redis, isServed: (name) => fleet.has(name), onError });
  return {
    url,
    stops: [
      async () => redis.disconnect(),
      () => closeServer(server),
      () => mcp.stop(),
      () => fleet.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => lapsed.stop(),
    ],
  };
}

function openClassicTools(env: Env): ServedTool[] {
  const tools = createTools({
    calculator: { maxConcurrent: env.CALCULATOR_CONCURRENCY },
    search:
      env.SEARCH_PROVIDER === "local"
        ? { provider: "local", documentsFolder: env.SEARCH_DOCUMENTS }
        : { provider: "duckduckgo" },
  });
  return tools.map((tool) => {
    const isCalculator = tool.definition.name === CALCULATOR.name;
    return serveText(tool, isCalculator ? env.CALCULATOR_CONCURRENCY : env.SEARCH_CONCURRENCY);
  });
}
