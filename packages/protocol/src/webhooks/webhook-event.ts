import { eventTypeSchema } from "@bullpen/contracts";
import { z } from "zod";

/** The body that is sent to webhook endpoints: an event in the form of the OpenAI API. */
export const webhookEventSchema = z.object({
  id: z.string().describe("The same for each attempt to deliver the event; also its `webhook-id`."),
  object: z.literal("event"),
  type: eventTypeSchema,
  created_at: z.int().describe("Unix seconds."),
  data: z.object({ id: z.string().describe("The id of what the event is about, a batch's or a query's.") }),
});
export type WebhookEvent = z.output<typeof webhookEventSchema>;

/** The headers by which a receiver verifies an event: Standard Webhooks. */
export const webhookHeadersSchema = z.object({
  "webhook-id": z
    .string()
    .describe("The event's id. An event may come more than once, always under this id."),
  "webhook-timestamp": z
    .string()
    .regex(/^\d+$/)
    .describe("Unix seconds of the attempt. Refuse what is older than some minutes."),
  "webhook-signature": z
    .string()
    .regex(/^v1,\S+( v1,\S+)*$/)
    .describe("One signature for each secret that is valid, separated by spaces."),
});
