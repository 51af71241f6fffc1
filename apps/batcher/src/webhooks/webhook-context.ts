import type { WebhookQueue } from "@bullpen/queue";
import type { Logger } from "@bullpen/runtime";
import type { BatchStore, WebhookStore } from "@bullpen/storage";
import type { AddressGuard, nextAttemptAt } from "@bullpen/webhooks";
import type { WebhookMetrics } from "./webhook-metrics.js";

/** What work on webhooks needs. */
export interface WebhookContext {
  readonly webhooks: WebhookStore;
  readonly batches: BatchStore;
  readonly queue: WebhookQueue;
  readonly guard: AddressGuard;
  /** When a failed attempt is followed by another. */
  readonly nextAttemptAt: typeof nextAttemptAt;
  readonly metrics: WebhookMetrics;
  readonly logger: Logger;
}
