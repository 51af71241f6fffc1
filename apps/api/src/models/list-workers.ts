import { toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/workers`: the worker processes that live, as of their last heartbeat. */
export function listWorkers(context: Pick<ApiContext, "workers">): RequestHandler {
  return async (_request, response) => {
    const workers = await context.workers.list();
    response.json(toList(workers.map((worker) => ({ object: "worker", ...worker }))));
  };
}
