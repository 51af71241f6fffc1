import { SUBSCRIBED_EVENT_TYPES } from "@bullpen/contracts";
import { toList } from "@bullpen/protocol";
import type { Express, RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { addRoute } from "../http/add-route.js";
import { createWebhookEndpoint } from "./create-webhook-endpoint.js";
import { deleteWebhookEndpoint } from "./delete-webhook-endpoint.js";
import { getWebhookEndpoint } from "./get-webhook-endpoint.js";
import { listWebhookDeliveries } from "./list-webhook-deliveries.js";
import { listWebhookEndpoints } from "./list-webhook-endpoints.js";
import { rotateWebhookSecret } from "./rotate-webhook-secret.js";
import { testWebhookEndpoint } from "./test-webhook-endpoint.js";
import { updateWebhookEndpoint } from "./update-webhook-endpoint.js";

type Needs = Pick<ApiContext, "webhooks" | "webhookGuard" | "webhookQueue" | "idempotency" | "stopping">;

/** Endpoints and event types at the paths that the `webhooks` of the OpenAI clients call, and the delivery log. */
export function addWebhookRoutes(app: Express, context: Needs, json: RequestHandler): void {
  addRoute(app, "/v1/webhook_endpoints", {
    GET: listWebhookEndpoints(context),
    POST: [json, createWebhookEndpoint(context)],
  });
  addRoute(app, "/v1/webhook_endpoints/:id", {
    GET: getWebhookEndpoint(context),
    POST: [json, updateWebhookEndpoint(context)],
    DELETE: deleteWebhookEndpoint(context),
  });
  addRoute(app, "/v1/webhook_endpoints/:id/rotate_secret", { POST: [json, rotateWebhookSecret(context)] });
  addRoute(app, "/v1/webhook_endpoints/:id/test", { POST: [json, testWebhookEndpoint(context)] });
  addRoute(app, "/v1/webhook_endpoints/:id/deliveries", { GET: listWebhookDeliveries(context) });
  addRoute(app, "/v1/webhook_event_types", {
    GET: (_request, response) => void response.json(toList(SUBSCRIBED_EVENT_TYPES)),
  });
}
