import type { RequestHandler } from "express";
import type { ApiContext } from "../create-app.js";

/** `DELETE /v1/webhook_endpoints/{id}`: nothing more is sent, what was on its way included. */
export function deleteWebhookEndpoint(context: ApiContext): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const endpoint = await context.webhooks.get("default", request.params.id);
    await context.webhooks.remove(endpoint);
    response.json({ id: endpoint.id, object: "webhook_endpoint.deleted", deleted: true });
  };
}
