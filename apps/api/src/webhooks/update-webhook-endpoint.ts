import { parseRequest, updateWebhookEndpointSchema } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { checkWebhookUrl } from "./check-webhook-url.js";
import { findWebhookEndpoint } from "./find-webhook-endpoint.js";
import { viewEndpoint } from "./webhook-answers.js";

/** `POST /v1/webhook_endpoints/{id}`: changes what is given, and enables an endpoint unless it is to be disabled. */
export function updateWebhookEndpoint(
  context: Pick<ApiContext, "webhooks" | "webhookGuard">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { webhooks } = context;
    const endpoint = await findWebhookEndpoint(context, tenantOf(request), request.params.id);
    const { url, event_types, name, bullpen } = parseRequest(updateWebhookEndpointSchema, request.body ?? {});
    if (url !== undefined) await checkWebhookUrl(context, url);
    const updated = {
      ...endpoint,
      url: url ?? endpoint.url,
      event_types: event_types ?? endpoint.event_types,
      name: name ?? endpoint.name,
      updated_at: Date.now(),
    };
    await webhooks.write(updated);
    if (bullpen?.disabled) await webhooks.disable(updated, { at: updated.updated_at, reason: "request" });
    else await webhooks.enable(updated);
    response.json(await viewEndpoint(context, updated));
  };
}
