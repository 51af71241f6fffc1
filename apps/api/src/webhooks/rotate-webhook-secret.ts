import { parseRequest, rotateWebhookSecretSchema } from "@bullpen/protocol";
import { newSigningSecret } from "@bullpen/webhooks";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findWebhookEndpoint } from "./find-webhook-endpoint.js";
import { viewEndpointWithSecret } from "./webhook-answers.js";

const KEPT_MS = 24 * 3_600_000;

/** `POST /v1/webhook_endpoints/{id}/rotate_secret`: the old secret may also sign for a day. */
export function rotateWebhookSecret(context: Pick<ApiContext, "webhooks">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const endpoint = await findWebhookEndpoint(context, tenantOf(request), request.params.id);
    const wanted = parseRequest(rotateWebhookSecretSchema, request.body ?? {});
    const now = Date.now();
    const kept = { value: endpoint.secret, expires_at: now + KEPT_MS };
    const rotated = {
      ...endpoint,
      secret: newSigningSecret(),
      old_secret: wanted.keep_old_secret_active_for_24_hours ? kept : null,
      updated_at: now,
    };
    await context.webhooks.write(rotated);
    response.json(await viewEndpointWithSecret(context, rotated));
  };
}
