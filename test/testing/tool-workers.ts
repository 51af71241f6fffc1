import { join } from "node:path";
import { createLogger, type Logger } from "@bullpen/runtime";
import { type Env, startToolWorkers } from "@bullpen/tool-worker";
import { ROOT } from "./run-app.js";

/** A real tool-worker in the test's own process; silent, unless it is given a logger. */
export async function startTestToolWorkers(
  redisUrl: string,
  overrides: Partial<Env> = {},
  logger?: Logger,
): Promise<{ url: string; stop(): Promise<void> }> {
  const env: Env = {
    REDIS_URL: redisUrl,
    HOST: "127.0.0.1",
    ALLOWED_HOSTS: [],
    LOG_LEVEL: "silent",
    TOOL_WORKER_PORT: 0,
    BUILT_IN_TOOLS: ["Calculator", "Search"],
    SEARCH_PROVIDER: ["local"],
    SEARCH_DOCUMENTS: join(ROOT, "examples/documents"),
    SEARCH_REGION: "wt-wt",
    SEARCH_SAFE: "strict",
    SEARCH_RESULTS: 3,
    SEARCH_TOKENS: 300,
    SEARCH_TIMEOUT_SECONDS: 8,
    SEARCH_CACHE_SECONDS: 3_600,
    DUCKDUCKGO_PER_MINUTE: 20,
    SEARXNG_PER_MINUTE: 120,
    CALCULATOR_CONCURRENCY: 1,
    CALCULATOR_LIBRARIES: "none",
    CALCULATOR_WHEELS: [],
    SEARCH_CONCURRENCY: 4,
    TOOLS_ALLOWED_NETWORKS: [],
    TOOL_MEMORY_MIB: 512,
    SHUTDOWN_GRACE_SECONDS: 0,
    WATCHDOG_SECONDS: 0,
    ...overrides,
  };
  const { url, stop } = await startToolWorkers(env, logger ?? createLogger("tool-worker", env.LOG_LEVEL));
  return {
    url,
    stop: () => stop(),
  };
}
