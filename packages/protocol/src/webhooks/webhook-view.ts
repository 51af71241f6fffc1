import { eventTypeSchema, subscribedEventTypeSchema } from "@bullpen/contracts";
import { z } from "zod";
import { listSchema, pageSchema } from "../list.js";

/** A webhook endpoint as the API shows it. Times are Unix seconds. */
export const webhookEndpointViewSchema = z.object({
  id: z.string(),
  object: z.literal("webhook_endpoint"),
  created_at: z.int().describe("Unix seconds."),
  updated_at: z.int().describe("Unix seconds."),
  url: z.string(),
  name: z.string(),
  event_types: z.array(subscribedEventTypeSchema),
  signing_secret_hint: z.string().describe("The last characters of the signing secret."),
  bullpen: z.object({
    disabled_at: z
      .int()
      .nullable()
      .describe("Since when nothing is sent to the endpoint, until it is updated; null where it is enabled."),
    disabled_reason: z
      .enum(["gone", "request"])
      .nullable()
      .default(null)
      .describe("`gone`: it answered 410 Gone; `request`: an update disabled it."),
  }),
});
export type WebhookEndpointView = z.output<typeof webhookEndpointViewSchema>;

/** An endpoint with its whole secret, which is shown when it is made and never again. */
export const webhookEndpointWithSecretSchema = webhookEndpointViewSchema.extend({
  signing_secret: z.string(),
});
export type WebhookEndpointWithSecret = z.output<typeof webhookEndpointWithSecretSchema>;

export const webhookEndpointPageSchema = pageSchema(webhookEndpointViewSchema);

export const deletedWebhookEndpointSchema = z.object({
  id: z.string(),
  object: z.literal("webhook_endpoint.deleted"),
  deleted: z.literal(true),
});

export const webhookTestResultSchema = z.object({
  object: z.literal("webhook_endpoint.test"),
  webhook_endpoint_id: z.string(),
  event_type: eventTypeSchema,
  success: z.boolean().describe("Whether the answer counts as delivered: any 2xx."),
  status_code: z.int().describe("The status of the endpoint's answer."),
});

/** A line of an endpoint's delivery log. Times are Unix seconds. */
export const webhookDeliveryViewSchema = z.object({
  id: z.string().describe("The event's id, also its `webhook-id`."),
  object: z.literal("webhook_delivery"),
  webhook_endpoint_id: z.string(),
  event_type: eventTypeSchema,
  subject_id: z.string().describe("The id of what the event is about, such as a batch's."),
  created_at: z.int().describe("Unix seconds."),
  status: z.enum(["pending", "delivered", "failed"]).describe("`failed`: no further attempt is made."),
  attempts: z.array(
    z.object({
      at: z.int().describe("Unix seconds."),
      status_code: z.int().nullable().describe("Null when no answer came."),
      error: z.string().nullable(),
      duration_ms: z.int().nullable(),
    }),
  ),
  next_attempt_at: z.int().nullable().describe("Unix seconds."),
});
export type WebhookDeliveryView = z.output<typeof webhookDeliveryViewSchema>;

export const webhookDeliveryPageSchema = pageSchema(webhookDeliveryViewSchema);

export const webhookEventTypesSchema = listSchema(subscribedEventTypeSchema);
