import { BATCH_EVENT_TYPES } from "@bullpen/contracts";
import { type RequestHandler, Router } from "express";
import type { ApiContext } from "../create-app.js";
import { methodNotAllowed } from "../handle-errors.js";
import { createWebhookEndpoint } from "./create-webhook-endpoint.js";
import { deleteWebhookEndpoint } from "./delete-webhook-endpoint.js";
import { getWebhookEndpoint } from "./get-webhook-endpoint.js";
import { listWebhookDeliveries } from "./list-webhook-deliveries.js";
import { listWebhookEndpoints } from "./list-webhook-endpoints.js";
import { rotateWebhookSecret } from "./rotate-webhook-secret.js";
import { testWebhookEndpoint } from "./test-webhook-endpoint.js";
import { updateWebhookEndpoint } from "./update-webhook-endpoint.js";

/** `/v1/webhook_endpoints`, as the `webhooks` of the OpenAI clients calls it, and the delivery log. */
export function webhookRoutes(context: ApiContext, json: RequestHandler): Router {
  const router = Router();
  router
    .route("/webhook_endpoints")
    .post(json, createWebhookEndpoint(context))
    .get(listWebhookEndpoints(context))
    .all(methodNotAllowed("GET, POST"));
  router
    .route("/webhook_endpoints/:id")
    .get(getWebhookEndpoint(context))
    .post(json, updateWebhookEndpoint(context))
    .delete(deleteWebhookEndpoint(context))
    .all(methodNotAllowed("GET, POST, DELETE"));
  router
    .route("/webhook_endpoints/:id/rotate_secret")
    .post(json, rotateWebhookSecret(context))
    .all(methodNotAllowed("POST"));
  router
    .route("/webhook_endpoints/:id/test")
    .post(json, testWebhookEndpoint(context))
    .all(methodNotAllowed("POST"));
  router
    .route("/webhook_endpoints/:id/deliveries")
    .get(listWebhookDeliveries(context))
    .all(methodNotAllowed("GET"));
  router
    .route("/webhook_event_types")
    .get((_request, response) => void response.json({ object: "list", data: BATCH_EVENT_TYPES }))
    .all(methodNotAllowed("GET"));
  return router;
}
