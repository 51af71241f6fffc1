import { toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/workers`: the worker processes that live and serve models of the tenant, as of their last heartbeat. */
export function listWorkers(context: Pick<ApiContext, "workers" | "rights">): RequestHandler {
  return async (request, response) => {
    const workers = await context.workers.list();
    const named = workers.map((worker) => ({ name: worker.model, worker }));
    const shown = await context.rights.allowed(tenantOf(request), "models", named);
    response.json(toList(shown.map(({ worker }) => ({ object: "worker", ...worker }))));
  };
}
