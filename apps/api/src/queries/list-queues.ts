import { type QueueView, toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/queues`: how many queries each model of the tenant has in each state, of all tenants. */
export function listQueues(
  context: Pick<ApiContext, "queues" | "models" | "rights" | "defaultModel">,
): RequestHandler {
  return async (request, response) => {
    const known = new Set([context.defaultModel, ...(await context.models.list()).map(({ name }) => name)]);
    const all = [...known].map((name) => ({ name }));
    const models = await context.rights.allowed(tenantOf(request), "models", all);
    const data = await Promise.all(
      models.map(async ({ name: model }): Promise<QueueView> => {
        return { object: "queue", model, ...(await context.queues.counts(model)) };
      }),
    );
    response.json(toList(data));
  };
}
