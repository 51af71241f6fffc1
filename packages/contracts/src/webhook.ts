import { z } from "zod";

/** What happens to batches and is told to webhook endpoints, by the OpenAI API's names. */
export const BATCH_EVENT_TYPES = [
  "batch.completed",
  "batch.failed",
  "batch.expired",
  "batch.cancelled",
] as const;
export const batchEventTypeSchema = z.enum(
  BATCH_EVENT_TYPES,
  `must be one of ${BATCH_EVENT_TYPES.join(", ")}`,
);
export type BatchEventType = z.output<typeof batchEventTypeSchema>;

/** Sent by `POST /v1/webhook_endpoints/{id}/test` to an endpoint whatever it subscribes to. */
export const TEST_EVENT_TYPE = "webhook.test";
const TESTABLE = [TEST_EVENT_TYPE, ...BATCH_EVENT_TYPES] as const;
export const eventTypeSchema = z.enum(TESTABLE, `must be one of ${TESTABLE.join(", ")}`);
export type EventType = z.output<typeof eventTypeSchema>;

/** Webhook endpoints that a tenant may have. */
export const MAX_WEBHOOK_ENDPOINTS = 50;
/** Deliveries of an endpoint that its log keeps; those that are not over do not count. */
export const MAX_LOGGED_DELIVERIES = 1_000;
const LONGEST_URL = 2_048;

/** A URL that events may be sent to, as `URL` writes it. Where its host leads to is looked at elsewhere. */
export const webhookUrlSchema = z
  .string()
  .max(LONGEST_URL, `must have at most ${LONGEST_URL} characters`)
  .transform((text, context) => {
    const problem = problemOf(text);
    if (problem === undefined) return new URL(text).href;
    context.addIssue({ code: "custom", message: problem, input: text });
    return z.NEVER;
  });

function problemOf(text: string): string | undefined {
  if (!URL.canParse(text)) return "must be a URL such as https://example.com/hooks";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must begin with https:// or http://";
  if (url.username !== "" || url.password !== "") {
    return "must hold no user name or password; check the signature of what comes instead";
  }
  if (url.hash !== "") return "must hold no fragment (#…)";
  return undefined;
}

const eventTypesSchema = z
  .array(batchEventTypeSchema)
  .min(1, "must name at least one event type")
  .max(100, "must name each event type once")
  .transform((types) => [...new Set(types)]);
const nameSchema = z.string().max(256, "must have at most 256 characters");

/** The body of `POST /v1/webhook_endpoints`. */
export const createWebhookEndpointSchema = z.strictObject({
  url: webhookUrlSchema,
  event_types: eventTypesSchema.default([...BATCH_EVENT_TYPES]),
  name: nameSchema.default(""),
});

/** The body of `POST /v1/webhook_endpoints/{id}`: what is to change. */
export const updateWebhookEndpointSchema = z.strictObject({
  url: webhookUrlSchema.optional(),
  event_types: eventTypesSchema.optional(),
  name: nameSchema.optional(),
});

/** The body of `POST /v1/webhook_endpoints/{id}/rotate_secret`. */
export const rotateWebhookSecretSchema = z.strictObject({
  keep_old_secret_active_for_24_hours: z.boolean().default(false),
});

/** The body of `POST /v1/webhook_endpoints/{id}/test`. */
export const testWebhookEndpointSchema = z.strictObject({
  event_type: eventTypeSchema.default(TEST_EVENT_TYPE),
});

/** A webhook endpoint as callers see it. Times are Unix seconds. */
export interface WebhookEndpointView {
  readonly id: string;
  readonly object: "webhook_endpoint";
  readonly created_at: number;
  readonly updated_at: number;
  readonly url: string;
  readonly name: string;
  readonly event_types: readonly BatchEventType[];
  /** The last characters of the secret, which is shown whole only when it is made. */
  readonly signing_secret_hint: string;
  /** When the endpoint answered 410 Gone. Nothing is sent to it until it is updated. */
  readonly bullpen: { readonly disabled_at: number | null };
}

/** What is sent: an event in the form of the OpenAI API. */
export interface WebhookEvent {
  readonly id: string;
  readonly object: "event";
  readonly type: EventType;
  /** Unix seconds. */
  readonly created_at: number;
  readonly data: { readonly id: string };
}

/** A line of an endpoint's delivery log. Times are Unix seconds. */
export interface WebhookDeliveryView {
  /** The event's id, also its `webhook-id`. */
  readonly id: string;
  readonly object: "webhook_delivery";
  readonly webhook_endpoint_id: string;
  readonly event_type: EventType;
  /** The id of what the event is about, such as a batch's. */
  readonly subject_id: string;
  readonly created_at: number;
  /** `failed`: given up. */
  readonly status: "pending" | "delivered" | "failed";
  readonly attempts: readonly {
    readonly at: number;
    /** `null` when no answer came. */
    readonly status_code: number | null;
    readonly error: string | null;
    readonly duration_ms: number | null;
  }[];
  readonly next_attempt_at: number | null;
}
