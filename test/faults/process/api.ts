import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Quotas } from "@bullpen/api/access/quotas";
import { createApp } from "@bullpen/api/create-app";
import { ServerHistory } from "@bullpen/api/history/server-history";
import { BodyBudget } from "@bullpen/api/http/body-budget";
import { UsageLedger } from "@bullpen/api/usage/usage-ledger";
import { AddressGuard } from "@bullpen/outbound";
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
import { RedisMemory, RequestRate } from "@bullpen/redis";
import { closeServer, createLogger, createMetrics, listen, RequestGuard } from "@bullpen/runtime";
import {
  AccessKeyStore,
  AuditTrail,
  BatchStore,
  FileStore,
  HistoryStore,
  KeyRing,
  LocalStore,
  TenantLimits,
  TenantRights,
  UsageStore,
  WebhookStore,
} from "@bullpen/storage";
import { runEntry } from "./run-entry.js";

await runEntry("api", "fail-fast", async ({ settings, redis }) => {
  const queues = new AgentQueues({ redis, retentionSeconds: 86_400 });
  const endWaiter = await EndWaiter.open(redis);
  const store = await LocalStore.open(await mkdtemp(join(tmpdir(), "bullpen-faults-")));
  const app = createApp({
    redis,
    queues,
    endWaiter,
    callerCalls: await CallerCalls.open(redis),
    answers: await AnswerListener.open(redis),
    models: new ModelRegistry(redis),
    idempotency: new Idempotency(redis),
    accessKeys: new AccessKeyStore(store),
    keyRing: new KeyRing(new AccessKeyStore(store)),
    files: new FileStore(store),
    batches: new BatchStore(store),
    batchQueues: new BatchQueues(redis),
    webhooks: new WebhookStore(store),
    webhookQueue: new WebhookQueue(redis),
    webhookGuard: new AddressGuard({ allowPrivate: false, allowed: [] }),
    maxFileBytes: 1_000_000,
    locations: [],
    quotas: new Quotas({ tenants: new TenantLimits(store), defaults: { stored_bytes: 10_000_000 } }),
    rights: new TenantRights(store),
    requestRate: new RequestRate(redis),
    openQueries: new OpenQueries(redis),
    usage: new UsageLedger({ counters: new UsageCounters(redis), store: new UsageStore(store) }),
    history: new ServerHistory({
      backlog: new BacklogReader({ redis, defaultModel: settings.model }),
      workers: new WorkerRegistry({ redis }),
      sole: new SoleRecorder(redis),
      store: new HistoryStore(store),
    }),
    prices: undefined,
    audit: new AuditTrail({ store }),
    tools: new ToolRegistry({ redis }),
    tracing: undefined,
    workers: new WorkerRegistry({ redis }),
    memory: new RedisMemory({ redis }),
    defaultModel: settings.model,
    agentDefaults: { on_limit: "answer", guards: { repeats: true, failures: true } },
    metrics: createMetrics("api"),
    logger: createLogger("api", "silent"),
    bodies: new BodyBudget({ small: 64 * 2 ** 20, large: 64 * 2 ** 20 }),
    guard: new RequestGuard({ HOST: "127.0.0.1", ALLOWED_HOSTS: [] }),
    stopping: new AbortController().signal,
  });
  const server = createServer(app);
  const url = await listen(server, "127.0.0.1", 0, "API_PORT");
  return { url, stop: () => closeServer(server) };
});
