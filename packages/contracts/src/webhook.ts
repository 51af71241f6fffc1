import { z } from "zod";

/** What happens to batches and is told to webhook endpoints, by the OpenAI API's names. */
export const BATCH_EVENT_TYPES = [
  "batch.completed",
  "batch.failed",
  "batch.expired",
  "batch.cancelled",
] as const;
export const batchEventTypeSchema = z.enum(BATCH_EVENT_TYPES);

/** A query waits for the result of a tool of the caller's own. */
export const REQUIRES_ACTION_EVENT_TYPE = "query.requires_action";

/** What webhook endpoints may subscribe to. */
export const SUBSCRIBED_EVENT_TYPES = [...BATCH_EVENT_TYPES, REQUIRES_ACTION_EVENT_TYPE] as const;
export const subscribedEventTypeSchema = z.enum(
  SUBSCRIBED_EVENT_TYPES,
  `must be one of ${SUBSCRIBED_EVENT_TYPES.join(", ")}`,
);
export type SubscribedEventType = z.output<typeof subscribedEventTypeSchema>;

/** Sent by `POST /v1/webhook_endpoints/{id}/test` to an endpoint whatever it subscribes to. */
export const TEST_EVENT_TYPE = "webhook.test";
const TESTABLE = [TEST_EVENT_TYPE, ...SUBSCRIBED_EVENT_TYPES] as const;
export const eventTypeSchema = z.enum(TESTABLE, `must be one of ${TESTABLE.join(", ")}`);
export type EventType = z.output<typeof eventTypeSchema>;

/** Deliveries of an endpoint that its log keeps; pending ones do not count. */
export const MAX_LOGGED_DELIVERIES = 1_000;
