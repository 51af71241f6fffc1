import type { HttpClient } from "@bullpen/outbound/client";
import type { WebhookQueue } from "@bullpen/queue";
import type { Logger } from "@bullpen/runtime";
import type { BatchStore, WebhookStore } from "@bullpen/storage";
import type { nextAttemptAt } from "@bullpen/webhooks";
import type { WebhookMetrics } from "./webhook-metrics.js";

/** What work on webhooks needs. */
export interface WebhookContext {
  readonly webhooks: WebhookStore;
  readonly batches: BatchStore;
  readonly queue: WebhookQueue;
  /** Sends the events. */
  readonly client: HttpClient;
  /** When a failed attempt is followed by another. */
  readonly nextAttemptAt: typeof nextAttemptAt;
  readonly metrics: WebhookMetrics;
  readonly logger: Logger;
}
