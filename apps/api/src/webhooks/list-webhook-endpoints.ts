import { parseRequest } from "@bullpen/contracts";
import type { RequestHandler } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.js";
import { pageIds, pageSettings } from "../http/paging.js";
import { tenantOf } from "../tenant.js";
import { viewEndpoint } from "./webhook-answers.js";

const querySchema = z.object(pageSettings("webhook_endpoint", 20, 100));

/** `GET /v1/webhook_endpoints?after&limit`: newest first; the next page is `after=last_id`. */
export function listWebhookEndpoints(context: Pick<ApiContext, "webhooks">): RequestHandler {
  return async (request, response) => {
    const { after, limit } = parseRequest(querySchema, request.query);
    const all = await context.webhooks.list(tenantOf(request));
    const endpoints = new Map(all.map((endpoint) => [endpoint.id, endpoint]));
    const ids = pageIds([...endpoints.keys()], "desc", after);
    const page = ids.slice(0, limit).flatMap((id) => endpoints.get(id) ?? []);
    response.json({
      object: "list",
      data: await Promise.all(page.map((endpoint) => viewEndpoint(context, endpoint))),
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
      has_more: ids.length > limit,
    });
  };
}
