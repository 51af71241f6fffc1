import { quote } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toModelView } from "./list-models.js";

/** `GET /v1/models/{id}`: one model; its name comes in parts where it holds slashes. */
export function getModel(context: Pick<ApiContext, "models" | "rights">): RequestHandler<{ name: string[] }> {
  return async (request, response) => {
    const name = request.params.name.join("/");
    const models = await context.rights.allowed(tenantOf(request), "models", await context.models.list());
    const model = models.find((known) => known.name === name);
    if (!model) {
      const known = models.map((other) => other.name).join(", ") || "none, as no worker has served any yet";
      throw new ApiError(
        "model_not_found",
        `There is no model ${quote(name)}. Known: ${known}.`,
        "model",
        404,
      );
    }
    response.json(toModelView(model));
  };
}
