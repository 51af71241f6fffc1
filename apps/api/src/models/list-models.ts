import type { ModelRecord } from "@bullpen/queue";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/models`: the models that queries may name, in the form of the OpenAI API. */
export function listModels(context: Pick<ApiContext, "models">): RequestHandler {
  return async (_request, response) => {
    const models = await context.models.list();
    response.json({ object: "list", data: models.map(toModelView) });
  };
}

/** A model as callers see it. */
export function toModelView(model: ModelRecord): object {
  return {
    id: model.name,
    object: "model",
    created: Math.floor(model.createdAt / 1_000),
    owned_by: "bullpen",
    /** Whether a worker serves it at the moment; without one its queries wait. */
    bullpen: { served: model.isServed, context_tokens: model.context_tokens },
  };
}
