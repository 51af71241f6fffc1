import type { AccessLimits } from "@bullpen/contracts";
import {
  AgentQueues,
  AnswerListener,
  BacklogReader,
  BatchQueues,
  CallerCalls,
  EndWaiter,
  Idempotency,
  ModelRegistry,
  OpenQueries,
  SoleRecorder,
  ToolRegistry,
  UsageCounters,
  WebhookQueue,
  WorkerRegistry,
} from "@bullpen/queue";
import { openRedis, RedisMemory, RequestRate } from "@bullpen/redis";
import {
  createMetrics,
  type Logger,
  logAuditProblem,
  RequestGuard,
  refuseOpenNetwork,
} from "@bullpen/runtime";
import {
  AccessKeyStore,
  AuditTrail,
  BatchStore,
  FileStore,
  HistoryStore,
  KeyRing,
  openStore,
  TenantLimits,
  TenantRights,
  UsageStore,
  WebhookStore,
} from "@bullpen/storage";
import { startTracing } from "@bullpen/tracing";
import { createAddressGuard } from "@bullpen/webhooks";
import { Quotas } from "./access/quotas.js";
import type { ApiContext } from "./api-context.js";
import type { Env } from "./env.js";
import { ServerHistory } from "./history/server-history.js";
import { BodyBudget } from "./http/body-budget.js";
import { pricesOf } from "./usage/prices.js";
import { UsageLedger } from "./usage/usage-ledger.js";

/** Memory for the bodies of all requests together, in bytes. */
const BODY_BYTES = { small: 64 * 2 ** 20, large: 192 * 2 ** 20 };

/** Opens storage and Redis, and all that the routes use on top of them. */
export async function openContext(env: Env, logger: Logger, stopping: AbortSignal): Promise<ApiContext> {
  const store = await openStore(env, (message) => logger.warn(message));
  const keys = new AccessKeyStore(store);
  await refuseOpenNetwork(env, keys, "the api");
  const { redis } = await openRedis({ settings: env, whenAway: "fail-fast", logger });
  const tools = new ToolRegistry({ redis });
  const workers = new WorkerRegistry({ redis });
  const tracing = await startTracing({ env, app: "api", logger, tools });
  return {
    redis,
    queues: new AgentQueues({ redis, retentionSeconds: env.RETENTION_SECONDS, onEnd: tracing?.queryEnded }),
    batchQueues: new BatchQueues(redis),
    webhookQueue: new WebhookQueue(redis),
    endWaiter: await EndWaiter.open(redis),
    callerCalls: await CallerCalls.open(redis),
    answers: await AnswerListener.open(redis),
    memory: new RedisMemory({ redis }),
    models: new ModelRegistry(redis),
    idempotency: new Idempotency(redis),
    accessKeys: keys,
    keyRing: new KeyRing(keys, {
      onError: (error) => logger.debug({ err: error }, "the last use of a key could not be noted"),
    }),
    quotas: new Quotas({ tenants: new TenantLimits(store), defaults: defaultLimits(env) }),
    rights: new TenantRights(store),
    requestRate: new RequestRate(redis),
    openQueries: new OpenQueries(redis),
    audit: new AuditTrail({ store, days: env.AUDIT_RETENTION_DAYS, onProblem: logAuditProblem(logger) }),
    usage: new UsageLedger({ counters: new UsageCounters(redis), store: new UsageStore(store) }),
    prices: pricesOf(env),
    files: new FileStore(store),
    batches: new BatchStore(store),
    webhooks: new WebhookStore(store),
    webhookGuard: createAddressGuard(env),
    maxFileBytes: env.MAX_FILE_BYTES,
    locations: env.BATCH_LOCATIONS,
    tools,
    tracing,
    workers,
    history: new ServerHistory({
      backlog: new BacklogReader({ redis, defaultModel: env.MODEL }),
      workers,
      sole: new SoleRecorder(redis),
      store: new HistoryStore(store),
    }),
    defaultModel: env.MODEL,
    agentDefaults: { on_limit: env.ON_LIMIT, guards: env.GUARDS },
    metrics: createMetrics("api"),
    logger,
    bodies: new BodyBudget(BODY_BYTES),
    guard: new RequestGuard(env),
    stopping,
  };
}

/** The limits of tenants that have none of their own. */
function defaultLimits(env: Env): AccessLimits {
  return {
    requests_per_minute: env.TENANT_REQUESTS_PER_MINUTE,
    tokens_per_day: env.TENANT_TOKENS_PER_DAY,
    queued_queries: env.TENANT_QUEUED_QUERIES,
    batches: env.TENANT_BATCHES,
    stored_bytes: env.STORAGE_QUOTA_BYTES,
  };
}
