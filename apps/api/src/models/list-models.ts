import { type ModelView, toList } from "@bullpen/protocol";
import type { ModelRecord } from "@bullpen/queue";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/models`: the models that queries may name, in the form of the OpenAI API. */
export function listModels(context: Pick<ApiContext, "models" | "rights">): RequestHandler {
  return async (request, response) => {
    const models = await context.rights.allowed(tenantOf(request), "models", await context.models.list());
    response.json(toList(models.map(toModelView)));
  };
}

/** A model as callers see it. */
export function toModelView(model: ModelRecord): ModelView {
  return {
    id: model.name,
    object: "model",
    created: Math.floor(model.createdAt / 1_000),
    owned_by: "bullpen",
    bullpen: { served: model.isServed, context_tokens: model.context_tokens },
  };
}
