import { every } from "@bullpen/base";
import type { WebhookContext } from "./webhook-context.js";

/**
 * Enqueues the pending deliveries at an interval, at once to begin with: those that Redis does not know were lost
 * with it, or with the process that was about to enqueue them. Returns the function that stops it.
 */
export function watchWebhooks(
  { webhooks, queue, logger }: Pick<WebhookContext, "webhooks" | "queue" | "logger">,
  everyMs: number,
): () => Promise<void> {
  return every(everyMs, async () => queue.add(await webhooks.pending()), {
    immediately: true,
    onError: (error) => logger.warn({ err: error }, "checking the pending webhooks failed"),
  });
}
