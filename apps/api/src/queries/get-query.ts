import { isTerminal } from "@bullpen/contracts";
import { getQueryParameters, parseRequest } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findQuery } from "./find-query.js";
import { toQueryView } from "./query-view.js";

/** `GET /v1/queries/{id}`: with `?wait=30` the response comes at the query's end, or after 30 seconds. */
export function getQuery(
  context: Pick<ApiContext, "queues" | "endWaiter" | "stopping">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { wait } = parseRequest(getQueryParameters, request.query);
    const { id } = request.params;
    const tenant = tenantOf(request);
    let record = await findQuery(context.queues, tenant, id);
    if (wait > 0 && !isTerminal(record.status)) {
      const gone = new AbortController();
      response.on("close", () => gone.abort());
      const hasEnded = async () => {
        record = await findQuery(context.queues, tenant, id);
        return isTerminal(record.status);
      };
      const until = [gone.signal, context.stopping, AbortSignal.timeout(wait * 1_000)];
      await context.endWaiter.wait(id, hasEnded, AbortSignal.any(until));
    }
    response.json(toQueryView(record));
  };
}
