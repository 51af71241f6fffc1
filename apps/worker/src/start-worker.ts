import {
  AgentQueues,
  AgentWorker,
  checkRedis,
  connectRedis,
  findRedisRisks,
  ModelRegistry,
  QuerySweep,
  ToolRegistry,
} from "@bullpen/queue";
import {
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  type Running,
} from "@bullpen/runtime";
import type { Env } from "./env.js";
import { createQueryHandler } from "./handle-query.js";
import { loadModel } from "./load-model.js";
import { createWorkerMetrics } from "./worker-metrics.js";

/** Starts a worker: Redis, model, health server, then the queue; stops in reverse. */
export async function startWorker(env: Env, logger: Logger): Promise<Running> {
  const onError = (error: Error) => logger.warn({ err: error }, "redis");
  const redis = await connectRedis({ url: env.REDIS_URL, whenAway: "wait", onError });
  for (const risk of await findRedisRisks(redis)) logger.warn(risk);
  const model = await loadModel(env, logger);
  const metricsRegistry = createMetrics("worker");
  const metrics = createWorkerMetrics(metricsRegistry, model);
  const server = createHealthServer({ metrics: metricsRegistry, checkReady: () => checkRedis(redis) });
  const url = await listen(server, env.HOST, env.WORKER_PORT, "WORKER_PORT");
  const registry = new ModelRegistry(redis);
  const stopRegistering = await registry.keepRegistered({
    name: model.name,
    context_tokens: model.contextTokens,
  });
  const worker = await AgentWorker.start({
    redis,
    model: model.name,
    concurrency: model.slots,
    retentionSeconds: env.RETENTION_SECONDS,
    handle: createQueryHandler({ model, metrics, tools: new ToolRegistry({ redis }) }),
    onError,
  });
  const queues = new AgentQueues({ redis, retentionSeconds: env.RETENTION_SECONDS });
  const sweep = new QuerySweep({ queues, onError });
  return {
    url,
    stops: [
      async () => redis.disconnect(),
      () => model.close(),
      () => closeServer(server),
      async () => stopRegistering(),
      () => queues.close(),
      () => sweep.stop(),
      () => worker.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
    ],
  };
}
