import { setTimeout as sleep } from "node:timers/promises";
import { type EventType, TEST_EVENT_TYPE } from "@bullpen/contracts";
import { ApiError, parseRequest, testWebhookEndpointSchema } from "@bullpen/protocol";
import type { Delivery, WebhookEndpoint } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { idSource } from "../http/idempotent-ids.js";
import { findWebhookEndpoint } from "./find-webhook-endpoint.js";

type Needs = Pick<ApiContext, "webhooks" | "webhookQueue" | "idempotency" | "stopping">;

/** The batcher gives up after 15 seconds; a longer wait means that none runs. */
const LONGEST_WAIT_MS = 20_000;
const POLL_MS = 100;

/** The batch of sample events. It does not exist. */
const SAMPLE_BATCH = "batch_sample";

/**
 * `POST /v1/webhook_endpoints/{id}/test`: sends one event the way all events are sent, and answers with
 * the endpoint's status code and whether it counts as delivered.
 */
export function testWebhookEndpoint(context: Needs): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { webhooks, webhookQueue } = context;
    const endpoint = await findWebhookEndpoint(context, tenantOf(request), request.params.id);
    const { event_type } = parseRequest(testWebhookEndpointSchema, request.body ?? {});
    const nextId = await idSource(context, request, endpoint.tenant, { event_type });
    const test = newTest(endpoint, nextId("event"), event_type);
    await webhooks.announce(test);
    const { tenant, endpoint_id, event_id } = test;
    await webhookQueue.add([{ tenant, endpoint_id, event_id }]);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const ended = await waitForEnd(context, test, AbortSignal.any([gone.signal, context.stopping]));
    const attempt = ended?.attempts[0];
    if (attempt?.status_code == null) {
      const reason = attempt?.error ?? "no batcher has sent it yet; /deliveries tells when one has";
      throw new ApiError("webhook_not_delivered", `The test event was not delivered: ${reason}.`);
    }
    response.json({
      object: "webhook_endpoint.test",
      webhook_endpoint_id: endpoint.id,
      event_type,
      // A redirect is not followed, so it does not count as delivered.
      success: ended?.status === "delivered",
      status_code: attempt.status_code,
    });
  };
}

function newTest({ tenant, id }: WebhookEndpoint, event_id: string, event_type: EventType): Delivery {
  return {
    tenant,
    endpoint_id: id,
    event_id,
    event_type,
    subject_id: event_type === TEST_EVENT_TYPE ? id : SAMPLE_BATCH,
    created_at: Date.now(),
    once: true,
    status: "pending",
    attempts: [],
    next_attempt_at: null,
  };
}

async function waitForEnd(
  { webhooks }: Needs,
  test: Delivery,
  signal: AbortSignal,
): Promise<Delivery | undefined> {
  const until = Date.now() + LONGEST_WAIT_MS;
  while (!signal.aborted && Date.now() < until) {
    const delivery = await webhooks.delivery(test);
    if (delivery?.status !== "pending") return delivery;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {}); // aborted: the client or this process ends
  }
  return undefined;
}
