import {
  AgentQueues,
  AnswerListener,
  BatchQueues,
  EndWaiter,
  Idempotency,
  ModelRegistry,
  ToolRegistry,
  WebhookQueue,
  WorkerRegistry,
} from "@bullpen/queue";
import { openRedis, RedisMemory } from "@bullpen/redis";
import { createMetrics, type Logger, RequestGuard, refuseOpenNetwork } from "@bullpen/runtime";
import { AccessKeyStore, BatchStore, FileStore, KeyRing, openStore, WebhookStore } from "@bullpen/storage";
import { createAddressGuard } from "@bullpen/webhooks";
import type { ApiContext } from "./api-context.js";
import type { Env } from "./env.js";
import { BodyBudget } from "./http/body-budget.js";

/** Memory for the bodies of all requests together, in bytes. */
const BODY_BYTES = { small: 64 * 2 ** 20, large: 192 * 2 ** 20 };

/** Opens storage and Redis, and all that the routes use on top of them. */
export async function openContext(env: Env, logger: Logger, stopping: AbortSignal): Promise<ApiContext> {
  const store = await openStore(env, (message) => logger.warn(message));
  const keys = new AccessKeyStore(store);
  await refuseOpenNetwork(env, keys, "the api");
  const { redis } = await openRedis({ url: env.REDIS_URL, whenAway: "fail-fast", logger });
  return {
    redis,
    queues: new AgentQueues({ redis, retentionSeconds: env.RETENTION_SECONDS }),
    batchQueues: new BatchQueues(redis),
    webhookQueue: new WebhookQueue(redis),
    endWaiter: await EndWaiter.open(redis),
    answers: await AnswerListener.open(redis),
    memory: new RedisMemory({ redis }),
    models: new ModelRegistry(redis),
    idempotency: new Idempotency(redis),
    keyRing: new KeyRing(keys, {
      onError: (error) => logger.debug({ err: error }, "the last use of a key could not be noted"),
    }),
    files: new FileStore(store),
    batches: new BatchStore(store),
    webhooks: new WebhookStore(store),
    webhookGuard: createAddressGuard(env),
    maxFileBytes: env.MAX_FILE_BYTES,
    storageQuotaBytes: env.STORAGE_QUOTA_BYTES,
    tools: new ToolRegistry({ redis }),
    workers: new WorkerRegistry({ redis }),
    defaultModel: env.MODEL,
    agentDefaults: { on_limit: env.ON_LIMIT, guards: env.GUARDS },
    metrics: createMetrics("api"),
    logger,
    bodies: new BodyBudget(BODY_BYTES),
    guard: new RequestGuard(env),
    stopping,
  };
}
