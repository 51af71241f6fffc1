import type { WebhookDeliveryView, WebhookEndpointView } from "@bullpen/protocol";
import type { Delivery, Disabled, WebhookEndpoint } from "@bullpen/storage";

/** An endpoint as callers see it. */
export function toWebhookEndpointView(
  endpoint: WebhookEndpoint,
  disabled: Disabled | undefined,
): WebhookEndpointView {
  return {
    id: endpoint.id,
    object: "webhook_endpoint",
    created_at: seconds(endpoint.created_at),
    updated_at: seconds(endpoint.updated_at),
    url: endpoint.url,
    name: endpoint.name,
    event_types: endpoint.event_types,
    signing_secret_hint: `whsec_…${endpoint.secret.slice(-4)}`,
    bullpen: {
      disabled_at: disabled ? seconds(disabled.at) : null,
      disabled_reason: disabled?.reason ?? null,
    },
  };
}

/** A delivery as its endpoint's log shows it. */
export function toWebhookDeliveryView(delivery: Delivery): WebhookDeliveryView {
  const { next_attempt_at } = delivery;
  return {
    id: delivery.event_id,
    object: "webhook_delivery",
    webhook_endpoint_id: delivery.endpoint_id,
    event_type: delivery.event_type,
    subject_id: delivery.subject_id,
    created_at: seconds(delivery.created_at),
    status: delivery.status,
    attempts: delivery.attempts.map((attempt) => ({ ...attempt, at: seconds(attempt.at) })),
    next_attempt_at: next_attempt_at === null ? null : seconds(next_attempt_at),
  };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
