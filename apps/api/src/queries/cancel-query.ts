import { ApiError } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findQuery } from "./find-query.js";
import { toQueryView } from "./query-view.js";

/** `POST /v1/queries/{id}/cancel`: ends a query that has not ended; its steps so far are kept. */
export function cancelQuery(context: Pick<ApiContext, "queues">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { id } = request.params;
    const tenant = tenantOf(request);
    const record = await findQuery(context.queues, tenant, id);
    if (!(await context.queues.cancel(id))) {
      throw new ApiError("already_finished", `The query has ended already (${record.status}).`, "id");
    }
    response.json(toQueryView(await findQuery(context.queues, tenant, id)));
  };
}
