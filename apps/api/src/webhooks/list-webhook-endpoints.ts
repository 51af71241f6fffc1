import { listWebhookEndpointsParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { pageIds } from "../http/paging.js";
import { viewEndpoint } from "./webhook-answers.js";

/** `GET /v1/webhook_endpoints?after&limit`: newest first; the next page is `after=last_id`. */
export function listWebhookEndpoints(context: Pick<ApiContext, "webhooks">): RequestHandler {
  return async (request, response) => {
    const { after, limit } = parseRequest(listWebhookEndpointsParameters, request.query);
    const all = await context.webhooks.list(tenantOf(request));
    const endpoints = new Map(all.map((endpoint) => [endpoint.id, endpoint]));
    const ids = pageIds([...endpoints.keys()], "desc", after);
    const page = ids.slice(0, limit).flatMap((id) => endpoints.get(id) ?? []);
    const data = await Promise.all(page.map((endpoint) => viewEndpoint(context, endpoint)));
    response.json(toPage(data, ids.length > limit));
  };
}
