import type { AgentDefaults } from "@bullpen/contracts";
import type { AddressGuard } from "@bullpen/outbound";
import type {
  AgentQueues,
  AnswerListener,
  BatchQueues,
  CallerCalls,
  EndWaiter,
  Idempotency,
  ModelRegistry,
  OpenQueries,
  ToolRegistry,
  WebhookQueue,
  WorkerRegistry,
} from "@bullpen/queue";
import type { Redis, RedisMemory, RequestRate } from "@bullpen/redis";
import type { Logger, Registry, RequestGuard } from "@bullpen/runtime";
import type {
  AccessKeyStore,
  AuditTrail,
  BatchStore,
  FileStore,
  KeyRing,
  Location,
  TenantRights,
  WebhookStore,
} from "@bullpen/storage";
import type { Tracing } from "@bullpen/tracing";
import type { Quotas } from "./access/quotas.js";
import type { ServerHistory } from "./history/server-history.js";
import type { BodyBudget } from "./http/body-budget.js";
import type { Prices } from "./usage/prices.js";
import type { UsageLedger } from "./usage/usage-ledger.js";

/** Everything that routes work with. A handler takes only the parts that it uses. */
export interface ApiContext {
  readonly redis: Redis;
  readonly queues: AgentQueues;
  readonly endWaiter: EndWaiter;
  readonly callerCalls: CallerCalls;
  readonly answers: AnswerListener;
  readonly memory: RedisMemory;
  readonly models: ModelRegistry;
  readonly idempotency: Idempotency;
  /** Checks the keys that requests bring. */
  readonly keyRing: KeyRing;
  /** All keys, for those who manage them. */
  readonly accessKeys: AccessKeyStore;
  /** What keys and tenants may use. */
  readonly quotas: Quotas;
  /** Which models and tools a tenant may use. */
  readonly rights: TenantRights;
  readonly requestRate: RequestRate;
  readonly openQueries: OpenQueries;
  /** Who did what. */
  readonly audit: AuditTrail;
  /** What keys and tenants have used. */
  readonly usage: UsageLedger;
  /** What the server did over time. */
  readonly history: ServerHistory;
  /** What tokens cost. Default: no cost is shown. */
  readonly prices: Prices | undefined;
  readonly files: FileStore;
  readonly batches: BatchStore;
  readonly batchQueues: BatchQueues;
  readonly webhooks: WebhookStore;
  readonly webhookQueue: WebhookQueue;
  /** Decides which addresses webhooks may be sent to. */
  readonly webhookGuard: AddressGuard;
  /** Largest file that is accepted, in bytes. */
  readonly maxFileBytes: number;
  /** Where batches may read their input and write their output. */
  readonly locations: readonly Location[];
  readonly tools: ToolRegistry;
  readonly workers: WorkerRegistry;
  /** The model of queries that name none. It is accepted before any worker has served it. */
  readonly defaultModel: string;
  /** What queries get that say nothing of it. */
  readonly agentDefaults: AgentDefaults;
  readonly metrics: Registry;
  readonly logger: Logger;
  /** `undefined`: it is off. */
  readonly tracing: Tracing | undefined;
  /** Memory for request bodies. */
  readonly bodies: BodyBudget;
  /** Decides which requests are answered, by their host and origin. */
  readonly guard: RequestGuard;
  /** Aborts when the process is told to stop. */
  readonly stopping: AbortSignal;
}
