import { batchEventTypeSchema, derivedId } from "@bullpen/contracts";
import { type BatchRef, type Delivery, statusOf } from "@bullpen/storage";
import type { WebhookContext } from "./webhook-context.js";

/**
 * Enqueues the deliveries of a batch's end, one for each endpoint that subscribes to it. Event ids are derived from
 * the batch: a repetition after a crash delivers nothing twice.
 */
export async function announceEnd(context: WebhookContext, batch: BatchRef): Promise<void> {
  const { webhooks, batches, queue } = context;
  const state = await batches.find(batch);
  const endedAt = state?.end?.at ?? state?.rejection?.failed_at;
  if (!state || endedAt === undefined) return;
  const event_type = batchEventTypeSchema.parse(`batch.${statusOf(state)}`);
  const announced: Delivery[] = [];
  for (const endpoint of await webhooks.list(batch.tenant)) {
    if (!endpoint.event_types.includes(event_type)) continue;
    if ((await webhooks.disabled(endpoint)) !== undefined) continue;
    const delivery: Delivery = {
      tenant: batch.tenant,
      endpoint_id: endpoint.id,
      event_id: derivedId("event", batch.id, event_type, endedAt),
      event_type,
      subject_id: batch.id,
      created_at: endedAt,
      once: false,
      status: "pending",
      attempts: [],
      next_attempt_at: null,
    };
    if (await webhooks.announce(delivery)) announced.push(delivery);
  }
  await queue.add(announced.map(({ tenant, endpoint_id, event_id }) => ({ tenant, endpoint_id, event_id })));
}
