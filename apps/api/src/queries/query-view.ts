import { awaitedCall, summarizeTranscript } from "@bullpen/agent";
import { toolNamesOf } from "@bullpen/contracts";
import { forcedOf, type QueryView, toFunctionCalls, votesOf } from "@bullpen/protocol";

import type { QueryRecord } from "@bullpen/queue";

/** A query as callers see it. */
export function toQueryView(record: QueryRecord): QueryView {
  const { job, outcome } = record;
  return {
    id: record.id,
    object: "query",
    status: record.status,
    model: job.model,
    query: job.query,
    custom_id: job.custom_id ?? null,
    answer: outcome?.status === "completed" ? outcome.answer : null,
    finish_reason: outcome?.status === "completed" ? (outcome.finish_reason ?? "stop") : null,
    ...forcedOf(outcome),
    required_action: requiredActionOf(record),
    tool_calls:
      outcome?.status === "completed" && outcome.tool_calls
        ? toFunctionCalls(record.id, outcome.tool_calls)
        : null,
    error: outcome?.status === "failed" ? outcome.error : null,
    ...summarizeTranscript(record.transcript, toolNamesOf(job)),
    ...votesOf(record.transcript, job),
    created_at: record.createdAt,
    finished_at: record.finishedAt ?? null,
    metadata: job.metadata ?? null,
  };
}

function requiredActionOf({ id, job, status, transcript }: QueryRecord): QueryView["required_action"] {
  const call = status === "requires_action" ? awaitedCall(job, transcript) : undefined;
  if (!call) return null;
  return { type: "submit_tool_outputs", submit_tool_outputs: { tool_calls: toFunctionCalls(id, [call]) } };
}
