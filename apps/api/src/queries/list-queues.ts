import { type QueueView, toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/queues`: how many queries each model has in each state. */
export function listQueues(context: Pick<ApiContext, "queues" | "models" | "defaultModel">): RequestHandler {
  return async (_request, response) => {
    const known = (await context.models.list()).map((model) => model.name);
    const names = known.includes(context.defaultModel) ? known : [context.defaultModel, ...known];
    const data = await Promise.all(
      names.map(async (model): Promise<QueueView> => {
        return { object: "queue", model, ...(await context.queues.counts(model)) };
      }),
    );
    response.json(toList(data));
  };
}
