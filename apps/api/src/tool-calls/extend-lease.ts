import { ApiError, extendLeaseRequestSchema, parseRequest, type ToolCallLease } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** `POST /v1/tool_calls/{id}/lease`: gives the holder of a call more time, or hands it back. */
export function extendLease(context: Pick<ApiContext, "callerCalls">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { lease_id, lease_seconds } = parseRequest(extendLeaseRequestSchema, request.body);
    const { id } = request.params;
    const leaseMs = Math.round(lease_seconds * 1_000);
    const until = await context.callerCalls.extend(tenantOf(request), id, lease_id, leaseMs);
    if (until === undefined) {
      const message =
        "The call is not held under this lease any more: it has a result, its query has ended, or the lease ended and it was handed out again. Take another.";
      throw new ApiError("lease_lost", message, "lease_id");
    }
    const lease: ToolCallLease = {
      object: "tool_call.lease",
      tool_call_id: id,
      lease_id,
      leased_until: until,
    };
    response.json(lease);
  };
}
