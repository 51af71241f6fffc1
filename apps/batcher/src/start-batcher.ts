import {
  AgentQueues,
  BatchQueues,
  BatchWorker,
  LineQueries,
  logFailedAttempts,
  ModelRegistry,
  ToolRegistry,
  WaitingLines,
} from "@bullpen/queue";
import { checkRedis, openRedis, type Redis } from "@bullpen/redis";
import {
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  type Running,
  stopInOrder,
} from "@bullpen/runtime";
import { BatchStore, FileStore, openStore, PlaceAccess, TenantRights } from "@bullpen/storage";
import { startTracing } from "@bullpen/tracing";
import { ActiveBatches } from "./active-batches.js";
import type { BatchContext } from "./batch-context.js";
import type { Env } from "./env.js";
import { runBatch } from "./run-batch.js";
import { runChunk } from "./run-chunk.js";
import { BatchWatch } from "./watch-active-batches.js";
import { startWebhooks } from "./webhooks/start-webhooks.js";

/** How often the batches that have not ended are checked. */
const WATCH_MS = 1_000;

/** Starts a batcher: storage, Redis, health server, then the queues. */
export async function startBatcher(env: Env, logger: Logger): Promise<Running> {
  const store = await openStore(env, (message) => logger.warn(message));
  const { redis, onError } = await openRedis({ settings: env, whenAway: "wait", logger, label: "batcher" });
  const registry = createMetrics("batcher");
  const checkReady = () => checkRedis(redis).then(() => store.check());
  const server = createHealthServer({ env, metrics: registry, checkReady });
  const url = await listen(server, env.HOST, env.BATCHER_PORT, "BATCHER_PORT");
  const tools = new ToolRegistry({ redis });
  const tracing = await startTracing({ env, app: "batcher", logger, tools });
  const { RETENTION_SECONDS: retentionSeconds } = env;
  const agents = new AgentQueues({ redis, retentionSeconds, onEnd: tracing?.queryEnded });
  const lines = new LineQueries({ redis, agents });
  const queues = new BatchQueues(redis);
  const waiting = new WaitingLines(redis);
  const webhooks = await startWebhooks({ env, redis, store, registry, logger });
  const context: BatchContext = {
    batches: new BatchStore(store),
    files: new FileStore(store),
    locations: env.BATCH_LOCATIONS,
    places: new PlaceAccess(env),
    queues,
    lines,
    models: new ModelRegistry(redis),
    tools,
    rights: new TenantRights(store),
    tracing,
    defaultModel: env.MODEL,
    agentDefaults: { on_limit: env.ON_LIMIT, guards: env.GUARDS },
    linesInFlight: env.BATCH_LINES_IN_FLIGHT,
    waiting,
    active: new ActiveBatches(),
    onEnd: (batch) => webhooks.announceEnd(batch),
    logger,
  };
  const worker = await startWorker(context, { redis, concurrency: env.BATCH_CONCURRENCY, onError });
  const stopWatching = new BatchWatch(context).start(WATCH_MS);
  return {
    url,
    stop: stopInOrder([
      stopWatching,
      () => worker.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => queues.close(),
      () => lines.close(),
      () => waiting.close(),
      () => agents.close(),
      () => webhooks.stop(),
      async () => tracing?.stop(),
      () => closeServer(server),
      async () => redis.disconnect(),
    ]),
  };
}

function startWorker(
  context: BatchContext,
  options: { redis: Redis; concurrency: number; onError: (error: Error) => void },
): Promise<BatchWorker> {
  const { redis, concurrency, onError } = options;
  return BatchWorker.start({
    ...{ redis, concurrency: { batches: concurrency, chunks: concurrency }, onError },
    onFailedAttempt: logFailedAttempts(context.logger, onError),
    runBatch: (job) => runBatch(context, job),
    runChunk: (chunk) => runChunk(context, chunk),
  });
}
