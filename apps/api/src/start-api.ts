import {
  AgentQueues,
  AnswerListener,
  BatchQueues,
  EndWaiter,
  Idempotency,
  ModelRegistry,
  QuerySweep,
  ToolRegistry,
  WebhookQueue,
  WorkerRegistry,
} from "@bullpen/queue";
import { connectRedis, findRedisRisks, OutageLog, type Redis, RedisMemory } from "@bullpen/redis";
import {
  closeServer,
  createHttpServer,
  createMetrics,
  type Logger,
  listen,
  RequestGuard,
  type Running,
} from "@bullpen/runtime";
import { BatchStore, FileStore, openStore, WebhookStore } from "@bullpen/storage";
import { createAddressGuard } from "@bullpen/webhooks";
import { createApp } from "./create-app.js";
import type { Env } from "./env.js";
import { BodyBudget } from "./http/body-budget.js";
import { refuseSlow } from "./http/refuse-slow.js";

/** Memory for the bodies of all requests together. */
const BODY_BYTES = { small: 64 * 2 ** 20, large: 192 * 2 ** 20 };

/** Starts the api: storage, Redis, then the HTTP server; stops in reverse. */
export async function startApi(env: Env, logger: Logger): Promise<Running> {
  const store = await openStore(env, (message) => logger.warn(message));
  const redis = await openRedis(env, logger);
  const queues = new AgentQueues({ redis, retentionSeconds: env.RETENTION_SECONDS });
  const batchQueues = new BatchQueues(redis);
  const webhookQueue = new WebhookQueue(redis);
  const endWaiter = await EndWaiter.open(redis);
  const answers = await AnswerListener.open(redis);
  const sweep = new QuerySweep({ queues, onError: (error) => logger.debug({ err: error }, "query sweep") });
  const stopping = new AbortController();
  const app = createApp({
    redis,
    queues,
    endWaiter,
    answers,
    memory: new RedisMemory({ redis }),
    models: new ModelRegistry(redis),
    idempotency: new Idempotency(redis),
    files: new FileStore(store),
    batches: new BatchStore(store),
    batchQueues,
    webhooks: new WebhookStore(store),
    webhookQueue,
    webhookGuard: createAddressGuard(env),
    maxFileBytes: env.MAX_FILE_BYTES,
    storageQuotaBytes: env.STORAGE_QUOTA_BYTES,
    tools: new ToolRegistry({ redis }),
    workers: new WorkerRegistry({ redis }),
    defaultModel: env.MODEL,
    metrics: createMetrics("api"),
    logger,
    bodies: new BodyBudget(BODY_BYTES),
    guard: new RequestGuard(env),
    stopping: stopping.signal,
  });
  const server = createHttpServer({ listener: app, keepAliveSeconds: env.KEEP_ALIVE_SECONDS, refuseSlow });
  // No "100 Continue" before the body is wanted: a refused client then sends no body.
  server.on("checkContinue", (request, response) => server.emit("request", request, response));
  const url = await listen(server, env.HOST, env.API_PORT, "API_PORT");
  return {
    url,
    stops: [
      async () => redis.disconnect(),
      () => endWaiter.close(),
      () => answers.close(),
      () => webhookQueue.close(),
      () => batchQueues.close(),
      () => queues.close(),
      () => sweep.stop(),
      () => {
        stopping.abort(); // waiting requests answer now instead of keeping the server open
        return closeServer(server, env.SHUTDOWN_GRACE_SECONDS * 1_000);
      },
    ],
  };
}

/** A connection whose commands fail while Redis is away; each outage is logged once. */
async function openRedis(env: Env, logger: Logger): Promise<Redis> {
  const { onError, onReady } = new OutageLog({
    onError: (error) => logger.warn({ err: error }, "redis"),
    onEnd: () => logger.info("Redis can be used again"),
  });
  const redis = await connectRedis({ url: env.REDIS_URL, whenAway: "fail-fast", onError, onReady });
  for (const risk of await findRedisRisks(redis)) logger.warn(risk);
  return redis;
}
