import {
  BATCH_EVENT_TYPES,
  eventTypeSchema,
  subscribedEventTypeSchema,
  TEST_EVENT_TYPE,
} from "@bullpen/contracts";
import { z } from "zod";

/** Webhook endpoints that a tenant may have. */
export const MAX_WEBHOOK_ENDPOINTS = 50;
const LONGEST_URL = 2_048;

/** A URL that events may be sent to, as `URL` writes it. AddressGuard checks where its host leads to. */
const webhookUrlSchema = z
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
  .array(subscribedEventTypeSchema)
  .min(1, "must name at least one event type")
  .max(100, "must name each event type once")
  .transform((types) => [...new Set(types)]);
const nameSchema = z.string().max(256, "must have at most 256 characters");

/** The body of `POST /v1/webhook_endpoints`. */
export const createWebhookEndpointSchema = z.strictObject({
  url: webhookUrlSchema,
  event_types: eventTypesSchema.default([...BATCH_EVENT_TYPES]).describe("Default: the ends of batches."),
  name: nameSchema.default(""),
});

/** The body of `POST /v1/webhook_endpoints/{id}`: what is to change. */
export const updateWebhookEndpointSchema = z.strictObject({
  url: webhookUrlSchema.optional(),
  event_types: eventTypesSchema.optional(),
  name: nameSchema.optional(),
  bullpen: z
    .strictObject({
      disabled: z
        .boolean()
        .optional()
        .describe("`true`: nothing is sent to the endpoint until another update. Default: `false`."),
    })
    .optional()
    .describe("What the OpenAI API does not have."),
});

/** The body of `POST /v1/webhook_endpoints/{id}/rotate_secret`. */
export const rotateWebhookSecretSchema = z.strictObject({
  keep_old_secret_active_for_24_hours: z.boolean().default(false),
});

/** The body of `POST /v1/webhook_endpoints/{id}/test`. */
export const testWebhookEndpointSchema = z.strictObject({
  event_type: eventTypeSchema.default(TEST_EVENT_TYPE),
});
