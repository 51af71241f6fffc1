import type { RequestHandler } from "express";
import type { ApiContext } from "./create-app.js";

/** `GET /v1/models`: the models that queries may name, in the form of the OpenAI API. */
export function listModels(context: ApiContext): RequestHandler {
  return async (_request, response) => {
    const models = await context.models.list();
    response.json({
      object: "list",
      data: models.map((model) => ({
        id: model.name,
        object: "model",
        created: Math.floor(model.registered_at / 1_000),
        owned_by: "bullpen",
      })),
    });
  };
}
