import { NewCalls, WebhookQueue, WebhookWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";
import { type Logger, type Registry, type Stop, stopInOrder } from "@bullpen/runtime";
import { type BatchRef, BatchStore, type Store, WebhookStore } from "@bullpen/storage";
import { createAddressGuard, createWebhookClient, nextAttemptAt } from "@bullpen/webhooks";
import type { Env } from "../env.js";
import { watchNewCalls } from "./announce-calls.js";
import { announceEnd } from "./announce-end.js";
import { deliverEvent } from "./deliver-event.js";
import { EndpointShares } from "./endpoint-shares.js";
import { watchWebhooks } from "./watch-webhooks.js";
import type { WebhookContext } from "./webhook-context.js";
import { createWebhookMetrics } from "./webhook-metrics.js";

/** How often deliveries that the queue has lost are added again. */
const WATCH_MS = 15_000;

/** How often calls of callers' own tools are announced: a call that is answered sooner needs no announcement. */
const ANNOUNCE_MS = 1_000;

export interface WebhooksOptions {
  readonly env: Pick<
    Env,
    "WEBHOOKS_ALLOW_PRIVATE" | "WEBHOOKS_ALLOWED_NETWORKS" | "WEBHOOK_CONCURRENCY" | "SHUTDOWN_GRACE_SECONDS"
  >;
  readonly redis: Redis;
  readonly store: Store;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Default: over 24 hours. */
  readonly nextAttemptAt?: typeof nextAttemptAt;
}

/** The batcher's part that tells endpoints about the ends of batches. */
export interface Webhooks {
  announceEnd(batch: BatchRef): Promise<void>;
  readonly stop: Stop;
}

export async function startWebhooks(options: WebhooksOptions): Promise<Webhooks> {
  const { env, redis, store, registry, logger } = options;
  const queue = new WebhookQueue(redis);
  const context: WebhookContext = {
    webhooks: new WebhookStore(store),
    batches: new BatchStore(store),
    queue,
    client: createWebhookClient(createAddressGuard(env)),
    nextAttemptAt: options.nextAttemptAt ?? nextAttemptAt,
    metrics: createWebhookMetrics(registry),
    logger,
  };
  const shares = new EndpointShares(env.WEBHOOK_CONCURRENCY);
  const worker = await WebhookWorker.start({
    redis,
    concurrency: env.WEBHOOK_CONCURRENCY,
    deliver: (job, signal) => shares.run(job.endpoint_id, () => deliverEvent(context, job, signal)),
    onError: (error) => logger.warn({ err: error }, "webhooks"),
  });
  const stopWatching = watchWebhooks(context, WATCH_MS);
  const stopAnnouncing = watchNewCalls(context, new NewCalls(redis), ANNOUNCE_MS);
  return {
    announceEnd: (batch) => announceEnd(context, batch),
    stop: stopInOrder([
      stopAnnouncing,
      stopWatching,
      () => worker.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => context.client.destroy(),
      () => queue.close(),
    ]),
  };
}
