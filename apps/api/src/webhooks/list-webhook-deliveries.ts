import { listWebhookDeliveriesParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { pageIds } from "../http/paging.js";
import { findWebhookEndpoint } from "./find-webhook-endpoint.js";
import { toWebhookDeliveryView } from "./webhook-view.js";

/** `GET /v1/webhook_endpoints/{id}/deliveries?after&limit`: newest first; the next page is `after=last_id`. */
export function listWebhookDeliveries(context: Pick<ApiContext, "webhooks">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { webhooks } = context;
    const { tenant, id: endpoint_id } = await findWebhookEndpoint(
      context,
      tenantOf(request),
      request.params.id,
    );
    const { after, limit } = parseRequest(listWebhookDeliveriesParameters, request.query);
    const ids = pageIds(await webhooks.eventIds({ tenant, id: endpoint_id }), "desc", after);
    const page = await Promise.all(
      ids.slice(0, limit).map((event_id) => webhooks.delivery({ tenant, endpoint_id, event_id })),
    );
    const data = page.filter((delivery) => delivery !== undefined).map(toWebhookDeliveryView);
    response.json(toPage(data, ids.length > limit));
  };
}
