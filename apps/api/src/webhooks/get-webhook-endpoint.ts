import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findWebhookEndpoint } from "./find-webhook-endpoint.js";
import { viewEndpoint } from "./webhook-answers.js";

/** `GET /v1/webhook_endpoints/{id}` */
export function getWebhookEndpoint(context: Pick<ApiContext, "webhooks">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(
      await viewEndpoint(context, await findWebhookEndpoint(context, tenantOf(request), request.params.id)),
    );
  };
}
