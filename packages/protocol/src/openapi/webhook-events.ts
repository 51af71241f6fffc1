import { type EventType, eventTypeSchema, TEST_EVENT_TYPE } from "@bullpen/contracts";
import { webhookHeadersSchema } from "../webhooks/webhook-event.js";
import { exampleOf, parameterSchemas, refTo } from "./components.js";
import type { OpenApiOperation, OpenApiParameter } from "./document-types.js";

const SUMMARIES: Readonly<Record<EventType, string>> = {
  [TEST_EVENT_TYPE]: "An event sent to test an endpoint",
  "batch.completed": "A batch has completed",
  "batch.failed": "A batch has failed",
  "batch.expired": "A batch has expired",
  "batch.cancelled": "A batch was cancelled",
  "query.requires_action": "A query waits for the result of a tool of your own",
};

/** The requests that the server itself sends, to webhook endpoints, by the type of their event. */
export function webhookEvents(): Record<string, { readonly post: OpenApiOperation }> {
  return Object.fromEntries(eventTypeSchema.options.map((type) => [type, { post: toOperation(type) }]));
}

function toOperation(type: EventType): OpenApiOperation {
  return {
    operationId: `on_${type.replace(".", "_")}`,
    tags: ["Webhooks"],
    summary: SUMMARIES[type],
    parameters: headerParameters(),
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: refTo("WebhookEvent"),
          example: { ...exampleOf("WebhookEvent"), type },
        },
      },
    },
    responses: {
      "2XX": { description: "The event is delivered. The body is ignored." },
      "410": { description: "The endpoint is disabled until it is updated." },
      default: { description: "The event is sent again for 24 hours, unless it was a test." },
    },
  };
}

function headerParameters(): OpenApiParameter[] {
  return Object.entries(parameterSchemas(webhookHeadersSchema)).map(([name, { description, ...schema }]) => ({
    name,
    in: "header",
    required: true,
    ...(typeof description === "string" && { description }),
    schema,
  }));
}
