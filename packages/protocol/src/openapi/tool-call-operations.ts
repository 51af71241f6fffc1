import { listToolCallsParameters } from "../tool-calls/tool-call-request.js";
import { JSON_BODY_ERRORS } from "./error-groups.js";
import type { Operation } from "./operation.js";

export const toolCallOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/queries/{id}/tool_outputs",
    id: "submit_tool_outputs",
    tag: "Tool calls",
    role: "submit",
    audit: "tool_call.answer",
    summary: "Give a waiting query the results of your tools",
    description:
      "The query goes on with them. The first output of a call counts: the same may be sent again, another is refused.",
    body: { json: "ToolOutputsRequest" },
    answers: { 200: { description: "What was taken.", json: "ToolOutputs" } },
    errors: [...JSON_BODY_ERRORS, "tool_call_not_found", "tool_output_conflict", "already_finished"],
  },
  {
    method: "get",
    path: "/v1/tool_calls",
    id: "list_tool_calls",
    tag: "Tool calls",
    role: "read",
    summary: "List calls of your tools that wait, newest query first",
    description: "Those of lines of batches are among them.",
    query: listToolCallsParameters,
    answers: { 200: { description: "A page of calls.", json: "ToolCallPage" } },
    errors: [],
  },
  {
    method: "post",
    path: "/v1/tool_calls/lease",
    id: "lease_tool_calls",
    tag: "Tool calls",
    role: "submit",
    summary: "Take waiting calls of your tools",
    description:
      "Hands calls out for a time, the longest waiting first. Send their results as tool outputs of their queries. A call whose lease has ended without a result is handed out again; one that has a result is not.",
    body: { json: "LeaseToolCallsRequest" },
    answers: { 200: { description: "The calls; none if there are none.", json: "LeasedToolCalls" } },
    errors: [...JSON_BODY_ERRORS],
  },
  {
    method: "post",
    path: "/v1/tool_calls/{id}/lease",
    id: "extend_tool_call_lease",
    tag: "Tool calls",
    role: "submit",
    summary: "Extend the lease of a call, or hand it back",
    body: { json: "ExtendLeaseRequest" },
    answers: { 200: { description: "The lease.", json: "ToolCallLease" } },
    errors: [...JSON_BODY_ERRORS, "lease_lost"],
  },
];
