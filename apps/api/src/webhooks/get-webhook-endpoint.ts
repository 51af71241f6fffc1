import type { RequestHandler } from "express";
import type { ApiContext } from "../create-app.js";
import { viewEndpoint } from "./webhook-answers.js";

/** `GET /v1/webhook_endpoints/{id}` */
export function getWebhookEndpoint(context: ApiContext): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(await viewEndpoint(context, await context.webhooks.get("default", request.params.id)));
  };
}
