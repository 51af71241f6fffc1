import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env as ApiEnv } from "@bullpen/api/env";
import { startWebhooks, type Webhooks } from "@bullpen/batcher/webhooks/start-webhooks";
import { newId } from "@bullpen/contracts";
import type { WebhookDeliveryView } from "@bullpen/protocol";
import { createLogger, createMetrics, type Registry } from "@bullpen/runtime";
import { type BatchRef, BatchStore, LocalStore } from "@bullpen/storage";
import { nextAttemptAt } from "@bullpen/webhooks";
import OpenAI from "openai";
import { startTestApi, type TestApi } from "./api.js";
import { startTestRedis, type TestRedis } from "./redis.js";

/** The api and the batcher's webhooks in one process, on real Redis and storage. Pauses are a hundredth. */
export interface WebhookHarness {
  readonly redis: TestRedis;
  readonly api: TestApi;
  readonly client: OpenAI;
  readonly metrics: Registry;
  readonly dataDir: string;
  /** A batch whose input was refused, as a batcher leaves it when it is about to call `announceEnd`. */
  failedBatch(): Promise<BatchRef>;
  announceEnd(batch: BatchRef): Promise<void>;
  /** An endpoint's delivery log. */
  deliveries(endpointId: string): Promise<readonly WebhookDeliveryView[]>;
  /** Stops what sends webhooks; `startSending` gives another. */
  stopSending(): Promise<void>;
  startSending(changed?: { WEBHOOKS_ALLOW_PRIVATE: boolean }): Promise<void>;
  stop(): Promise<void>;
}

const PACE = 100;

/** Deliveries that are made side by side. */
export const WEBHOOK_PLACES = 8;

export async function startWebhookHarness(options: { api?: Partial<ApiEnv> } = {}): Promise<WebhookHarness> {
  const dataDir = await mkdtemp(join(tmpdir(), "bullpen-webhooks-"));
  const redis = await startTestRedis();
  const settings = { WEBHOOKS_ALLOW_PRIVATE: true, WEBHOOKS_ALLOWED_NETWORKS: [] };
  const api = await startTestApi(redis.url, { DATA_DIR: dataDir, ...settings, ...options.api });
  const store = await LocalStore.open(dataDir);
  const metrics = createMetrics("batcher");
  let webhooks: Webhooks | undefined;
  const startSending: WebhookHarness["startSending"] = async (changed) => {
    metrics.clear();
    webhooks = await startWebhooks({
      env: { ...settings, ...changed, WEBHOOK_CONCURRENCY: WEBHOOK_PLACES, SHUTDOWN_GRACE_SECONDS: 0 },
      redis: redis.connection,
      store,
      registry: metrics,
      logger: createLogger("batcher", "silent"),
      nextAttemptAt: (failure) => {
        const next = nextAttemptAt(failure);
        return next === undefined ? undefined : failure.now + (next - failure.now) / PACE;
      },
    });
  };
  const stopSending = async () => {
    const sending = webhooks;
    webhooks = undefined;
    await sending?.stop();
  };
  await startSending();
  return {
    redis,
    api,
    client: new OpenAI({ baseURL: `${api.url}/v1`, apiKey: "none", maxRetries: 0 }),
    metrics,
    dataDir,
    failedBatch: () => writeFailedBatch(new BatchStore(store)),
    announceEnd: async (batch) => {
      if (!webhooks) throw new Error("nobody sends");
      await webhooks.announceEnd(batch);
    },
    deliveries: async (endpointId) => (await api.client.webhookEndpoints.deliveries(endpointId)).data,
    stopSending,
    startSending,
    stop: async () => {
      await api.stop();
      await stopSending();
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function writeFailedBatch(batches: BatchStore): Promise<BatchRef> {
  const now = Date.now();
  const batch = { tenant: "default", id: newId("batch") };
  const manifest = {
    ...batch,
    input_file_id: newId("file"),
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
    metadata: null,
    output_expires_after: null,
    created_at: now,
    expires_at: now + 86_400_000,
  };
  await batches.create(manifest, async () => {});
  await batches.reject(batch, { errors: [], failed_at: now });
  return batch;
}
