import { every } from "@bullpen/base";
import { derivedId, REQUIRES_ACTION_EVENT_TYPE } from "@bullpen/contracts";
import type { NewCalls, WaitingCall } from "@bullpen/queue";
import type { Delivery, WebhookEndpoint } from "@bullpen/storage";
import type { WebhookContext } from "./webhook-context.js";

/** Calls of one round: few enough that a round of writes to a bucket takes seconds. */
const ROUND = 200;

type Announcing = Pick<WebhookContext, "webhooks" | "queue" | "logger">;

/**
 * Announces calls of callers' own tools to the endpoints that subscribe to them, at an interval. Event ids are derived from
 * the call: a repetition after a crash delivers nothing twice. Returns the function that stops it.
 */
export function watchNewCalls(context: Announcing, calls: NewCalls, everyMs: number): () => Promise<void> {
  return every(everyMs, (signal) => announceCalls(context, calls, signal), {
    onError: (error) => context.logger.warn({ err: error }, "announcing calls of callers' tools failed"),
  });
}

async function announceCalls(context: Announcing, calls: NewCalls, signal: AbortSignal): Promise<void> {
  for (let isMore = true; isMore && !signal.aborted; ) {
    const round = await calls.list(ROUND);
    const endpoints = await subscribersOf(context, new Set(round.map(({ call }) => call.tenant)));
    const announced: Delivery[] = [];
    for (const waiting of round) {
      for (const endpoint of endpoints.get(waiting.call.tenant) ?? []) {
        const delivery = deliveryOf(waiting, endpoint);
        if (await context.webhooks.announce(delivery)) announced.push(delivery);
      }
    }
    await context.queue.add(
      announced.map(({ tenant, endpoint_id, event_id }) => ({ tenant, endpoint_id, event_id })),
    );
    await calls.forget(round.map(({ jobId }) => jobId));
    isMore = round.length === ROUND;
  }
}

/** The endpoints that subscribe to calls, by tenant. */
async function subscribersOf(
  { webhooks }: Announcing,
  tenants: ReadonlySet<string>,
): Promise<Map<string, WebhookEndpoint[]>> {
  const subscribers = new Map<string, WebhookEndpoint[]>();
  for (const tenant of tenants) {
    const active: WebhookEndpoint[] = [];
    for (const endpoint of await webhooks.list(tenant)) {
      if (!endpoint.event_types.includes(REQUIRES_ACTION_EVENT_TYPE)) continue;
      if ((await webhooks.disabled(endpoint)) === undefined) active.push(endpoint);
    }
    subscribers.set(tenant, active);
  }
  return subscribers;
}

function deliveryOf(
  { call, createdAt }: WaitingCall,
  { tenant, id: endpoint_id }: WebhookEndpoint,
): Delivery {
  return {
    tenant,
    endpoint_id,
    event_id: derivedId("event", call.query_id, `${REQUIRES_ACTION_EVENT_TYPE} ${call.step}`, createdAt),
    event_type: REQUIRES_ACTION_EVENT_TYPE,
    subject_id: call.query_id,
    created_at: createdAt,
    once: false,
    status: "pending",
    attempts: [],
    next_attempt_at: null,
  };
}
