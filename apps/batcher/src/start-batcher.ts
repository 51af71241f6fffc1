import {
  AgentQueues,
  BatchQueues,
  BatchWorker,
  LineQueries,
  ModelRegistry,
  ToolRegistry,
} from "@bullpen/queue";
import { checkRedis, connectRedis, findRedisRisks, OutageLog } from "@bullpen/redis";
import {
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  type Running,
} from "@bullpen/runtime";
import { BatchStore, FileStore, openStore } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";
import type { Env } from "./env.js";
import { runBatch } from "./run-batch.js";
import { runChunk } from "./run-chunk.js";
import { BatchWatch } from "./watch-batches.js";
import { startWebhooks } from "./webhooks/start-webhooks.js";

/** How often the batches that have not ended are looked after. */
const WATCH_MS = 1_000;

/** Starts a batcher: storage, Redis, health server, then the queues; stops in reverse. */
export async function startBatcher(env: Env, logger: Logger): Promise<Running> {
  const store = await openStore(env, (message) => logger.warn(message));
  const outages = new OutageLog({
    onError: (error) => logger.warn({ err: error }, "batcher"),
    onEnd: () => logger.info("Redis can be used again"),
  });
  const { onError, onReady } = outages;
  const redis = await connectRedis({ url: env.REDIS_URL, whenAway: "wait", onError, onReady });
  for (const risk of await findRedisRisks(redis)) logger.warn(risk);
  const registry = createMetrics("batcher");
  const server = createHealthServer({
    env,
    metrics: registry,
    checkReady: async () => {
      await checkRedis(redis);
      await store.check();
    },
  });
  const url = await listen(server, env.HOST, env.BATCHER_PORT, "BATCHER_PORT");
  const agents = new AgentQueues({ redis, retentionSeconds: env.RETENTION_SECONDS });
  const lines = new LineQueries({ redis, agents });
  const queues = new BatchQueues(redis);
  const webhooks = await startWebhooks({ env, redis, store, registry, logger });
  const watch: BatchWatch = new BatchWatch({ context: () => context, everyMs: WATCH_MS });
  const context: BatchContext = {
    batches: new BatchStore(store),
    files: new FileStore(store),
    queues,
    lines,
    models: new ModelRegistry(redis),
    tools: new ToolRegistry({ redis }),
    defaultModel: env.MODEL,
    linesInFlight: env.BATCH_LINES_IN_FLIGHT,
    countBatches: (tenant) => watch.count(tenant),
    onEnd: (batch) => webhooks.announceEnd(batch),
    logger,
  };
  const worker = await BatchWorker.start({
    redis,
    concurrency: { batches: env.BATCH_CONCURRENCY, chunks: env.BATCH_CONCURRENCY },
    runBatch: (job) => runBatch(context, job),
    runChunk: (chunk) => runChunk(context, chunk),
    onError,
  });
  watch.start();
  return {
    url,
    stops: [
      async () => redis.disconnect(),
      () => closeServer(server),
      ...webhooks.stops,
      () => agents.close(),
      () => lines.close(),
      () => queues.close(),
      () => worker.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => watch.stop(),
    ],
  };
}
