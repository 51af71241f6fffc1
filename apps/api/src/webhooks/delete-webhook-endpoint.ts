import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findWebhookEndpoint } from "./find-webhook-endpoint.js";

/** `DELETE /v1/webhook_endpoints/{id}`: nothing more is sent, pending deliveries included. */
export function deleteWebhookEndpoint(context: Pick<ApiContext, "webhooks">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const endpoint = await findWebhookEndpoint(context, tenantOf(request), request.params.id);
    await context.webhooks.remove(endpoint);
    response.json({ id: endpoint.id, object: "webhook_endpoint.deleted", deleted: true });
  };
}
