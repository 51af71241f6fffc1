import {
  ApiError,
  createWebhookEndpointSchema,
  MAX_WEBHOOK_ENDPOINTS,
  parseRequest,
} from "@bullpen/protocol";
import { newSigningSecret } from "@bullpen/webhooks";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { idSource } from "../http/idempotent-ids.js";
import { checkWebhookUrl } from "./check-webhook-url.js";
import { viewEndpointWithSecret } from "./webhook-answers.js";

/** `POST /v1/webhook_endpoints`: the answer holds the signing secret, which is not shown again. */
export function createWebhookEndpoint(
  context: Pick<ApiContext, "webhooks" | "webhookGuard" | "idempotency">,
): RequestHandler {
  return async (request, response) => {
    const tenant = tenantOf(request);
    const { webhooks } = context;
    const wanted = parseRequest(createWebhookEndpointSchema, request.body);
    const nextId = await idSource(context, request, tenant, wanted);
    const id = nextId("webhook_endpoint");
    const earlier = await webhooks.find(tenant, id);
    if (earlier) {
      response.json(await viewEndpointWithSecret(context, earlier));
      return;
    }
    await checkWebhookUrl(context, wanted.url);
    if ((await webhooks.list(tenant)).length >= MAX_WEBHOOK_ENDPOINTS) {
      const message = `You have ${MAX_WEBHOOK_ENDPOINTS} webhook endpoints, which is the most. Delete one that you no longer need.`;
      throw new ApiError("invalid_request", message);
    }
    const now = Date.now();
    const secret = newSigningSecret();
    const endpoint = { id, tenant, ...wanted, secret, old_secret: null, created_at: now, updated_at: now };
    await webhooks.write(endpoint);
    noteCreated(response, [id]);
    response.json(await viewEndpointWithSecret(context, endpoint));
  };
}
