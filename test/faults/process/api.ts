import { createServer } from "node:http";
import { createApp } from "@bullpen/api/create-app";
import { AgentQueues, EndWaiter, ModelRegistry, RedisMemory } from "@bullpen/queue";
import { closeServer, createLogger, createMetrics, listen } from "@bullpen/runtime";
import { runEntry } from "./run-entry.js";

await runEntry("api", "fail-fast", async ({ settings, redis }) => {
  const queues = new AgentQueues({ redis, retentionSeconds: 86_400 });
  const endWaiter = await EndWaiter.open(redis);
  const app = createApp({
    redis,
    queues,
    endWaiter,
    models: new ModelRegistry(redis),
    memory: new RedisMemory({ redis }),
    defaultModel: settings.model,
    metrics: createMetrics("api"),
    logger: createLogger("api", "silent"),
    stopping: new AbortController().signal,
  });
  const server = createServer(app);
  const url = await listen(server, "127.0.0.1", 0, "API_PORT");
  return { url, stop: () => closeServer(server) };
});
