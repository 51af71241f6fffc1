import { eventTypeSchema, subscribedEventTypeSchema } from "@bullpen/contracts";
import { z } from "zod";

/** The records of webhooks. All times are Unix milliseconds. */

export const webhookEndpointSchema = z.object({
  id: z.string(),
  tenant: z.string(),
  url: z.string(),
  name: z.string(),
  event_types: z.array(subscribedEventTypeSchema),
  /** `whsec_` and 32 random bytes in base64. */
  secret: z.string(),
  /** The secret before the last rotation, which signs as well until its time is over. */
  old_secret: z.object({ value: z.string(), expires_at: z.number() }).nullable(),
  created_at: z.number(),
  updated_at: z.number(),
});
export type WebhookEndpoint = z.output<typeof webhookEndpointSchema>;

/** That nothing is sent to an endpoint. */
export const disabledSchema = z.object({
  at: z.number(),
  /** `gone`: it answered 410; `request`: its owner wants it so. */
  reason: z.enum(["gone", "request"]).default("gone"),
});
export type Disabled = z.output<typeof disabledSchema>;

const attemptSchema = z.object({
  at: z.number(),
  /** `null` when no answer came. */
  status_code: z.int().nullable(),
  /** Why the attempt did not succeed. */
  error: z.string().nullable(),
  /** `null` while the attempt is under way, and forever when its process died. */
  duration_ms: z.int().nullable(),
});
export type Attempt = z.output<typeof attemptSchema>;

/** An event on its way to an endpoint, and what has become of it. */
export const deliverySchema = z.object({
  tenant: z.string(),
  endpoint_id: z.string(),
  event_id: z.string(),
  event_type: eventTypeSchema,
  /** The id of what the event is about, such as a batch's. */
  subject_id: z.string(),
  created_at: z.number(),
  /** Tests are sent once. */
  once: z.boolean(),
  status: z.enum(["pending", "delivered", "failed"]),
  attempts: z.array(attemptSchema),
  next_attempt_at: z.number().nullable(),
});
export type Delivery = z.output<typeof deliverySchema>;

/** Which event goes to which endpoint. */
export type DeliveryRef = Pick<Delivery, "tenant" | "endpoint_id" | "event_id">;
