import { type LeasedToolCall, leaseCallsRequestSchema, parseRequest, toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toToolCallView } from "./tool-call-view.js";

/** `POST /v1/tool_calls/lease`: hands out waiting calls, or waits for one. */
export function leaseToolCalls(context: Pick<ApiContext, "callerCalls" | "stopping">): RequestHandler {
  return async (request, response) => {
    const body = parseRequest(leaseCallsRequestSchema, request.body);
    const options = {
      tenant: tenantOf(request),
      tools: [...new Set(body.tools)],
      limit: body.max_calls,
      leaseMs: Math.round(body.lease_seconds * 1_000),
    };
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const until = [gone.signal, context.stopping, AbortSignal.timeout(body.wait_seconds * 1_000)];
    const leased =
      body.wait_seconds > 0
        ? await context.callerCalls.leaseWhenThere(options, AbortSignal.any(until))
        : await context.callerCalls.lease(options);
    const data = leased.map((call): LeasedToolCall => {
      const { leaseId, leasedUntil } = call;
      return { ...toToolCallView(call, leasedUntil), leased_until: leasedUntil, lease_id: leaseId };
    });
    response.json(toList(data));
  };
}
