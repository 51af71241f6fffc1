import { parseRequest } from "@bullpen/contracts";
import { toWebhookDeliveryView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.js";
import { pageIds, pageSettings } from "../http/paging.js";
import { tenantOf } from "../tenant.js";

const querySchema = z.object(pageSettings("event", 20, 100));

/** `GET /v1/webhook_endpoints/{id}/deliveries?after&limit`: newest first; the next page is `after=last_id`. */
export function listWebhookDeliveries(context: Pick<ApiContext, "webhooks">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { webhooks } = context;
    const { tenant, id: endpoint_id } = await webhooks.get(tenantOf(request), request.params.id);
    const { after, limit } = parseRequest(querySchema, request.query);
    const ids = pageIds(await webhooks.eventIds({ tenant, id: endpoint_id }), "desc", after);
    const page = await Promise.all(
      ids.slice(0, limit).map((event_id) => webhooks.delivery({ tenant, endpoint_id, event_id })),
    );
    const data = page.filter((delivery) => delivery !== undefined).map(toWebhookDeliveryView);
    response.json({
      object: "list",
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: ids.length > limit,
    });
  };
}
