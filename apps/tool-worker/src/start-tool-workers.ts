import { CALCULATOR } from "@bullpen/contracts";
import { checkRedis, connectRedis, ToolWorker } from "@bullpen/queue";
import {
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  type Running,
} from "@bullpen/runtime";
import type { Env } from "./env.js";
import type { Tool } from "./tool.js";
import { createToolMetrics } from "./tool-metrics.js";
import { createTools } from "./tools.js";

/** Starts a tool-worker: Redis, tools, health server, then one queue worker a tool; stops in reverse. */
export async function startToolWorkers(env: Env, logger: Logger): Promise<Running> {
  const onError = (error: Error) => logger.warn({ err: error }, "redis");
  const redis = await connectRedis({ url: env.REDIS_URL, whenAway: "wait", onError });
  const tools = openTools(env);
  const registry = createMetrics("tool-worker");
  const metrics = createToolMetrics(registry);
  const server = createHealthServer({ metrics: registry, checkReady: () => checkRedis(redis) });
  const url = await listen(server, env.HOST, env.TOOL_WORKER_PORT, "TOOL_WORKER_PORT");
  const workers = await Promise.all(
    tools.map((tool) =>
      ToolWorker.start({
        redis,
        tool: tool.definition,
        concurrency:
          tool.definition.name === CALCULATOR.name ? env.CALCULATOR_CONCURRENCY : env.SEARCH_CONCURRENCY,
        run: (job, signal) => metrics.measure(tool.definition.name, () => tool.run(job.input, signal)),
        onError,
      }),
    ),
  );
  const graceMs = env.SHUTDOWN_GRACE_SECONDS * 1_000;
  return {
    url,
    stops: [
      async () => redis.disconnect(),
      () => closeServer(server),
      async () => void (await Promise.all(tools.map((tool) => tool.close()))),
      async () => void (await Promise.all(workers.map((worker) => worker.stop(graceMs)))),
    ],
  };
}

function openTools(env: Env): Tool[] {
  return createTools({
    calculator: { maxConcurrent: env.CALCULATOR_CONCURRENCY },
    search:
      env.SEARCH_PROVIDER === "local"
        ? { provider: "local", documentsFolder: env.SEARCH_DOCUMENTS }
        : { provider: "duckduckgo" },
  });
}
