import { isId, readCallId } from "@bullpen/contracts";
import { ApiError, parseRequest, type ToolOutputs, toolOutputsRequestSchema } from "@bullpen/protocol";
import type { Settled } from "@bullpen/queue";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** `POST /v1/queries/{id}/tool_outputs`: gives a waiting query the results of the caller's own tools. */
export function submitToolOutputs(context: Pick<ApiContext, "callerCalls">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const tenant = tenantOf(request);
    const { id } = request.params;
    const { tool_outputs: outputs } = parseRequest(toolOutputsRequestSchema, request.body);
    for (const [i, { tool_call_id: callId }] of outputs.entries())
      if (!isId("query", id) || readCallId(callId)?.queryId !== id) throw unknownCall(paramOf(i));
    const data: ToolOutputs["data"] = [];
    for (const [i, { tool_call_id, output, is_error }] of outputs.entries()) {
      const settled = await context.callerCalls.settle(tenant, tool_call_id, {
        observation: output,
        is_error,
      });
      data.push({ tool_call_id, status: statusOf(settled, paramOf(i)) });
    }
    const answer: ToolOutputs = { object: "tool_outputs", query_id: id, data };
    response.json(answer);
  };
}

function paramOf(index: number): string {
  return `tool_outputs[${index}].tool_call_id`;
}

/** @throws {ApiError} where the output was not taken. */
function statusOf(settled: Settled, param: string): "recorded" | "already_recorded" {
  switch (settled) {
    case "recorded":
      return "recorded";
    case "repeated":
      return "already_recorded";
    case "conflict": {
      const message = `${param}: the call has another output already. The first one counts.`;
      throw new ApiError("tool_output_conflict", message, param);
    }
    case "ended":
      throw new ApiError("already_finished", `${param}: the query has ended without this output.`, param);
    case "unknown":
      throw unknownCall(param);
  }
}

function unknownCall(param: string): ApiError {
  const message = `${param}: the query waits for no call of this id. GET /v1/queries/{id} shows in required_action what it waits for.`;
  return new ApiError("tool_call_not_found", message, param);
}
