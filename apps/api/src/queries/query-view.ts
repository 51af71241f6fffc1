import { summarizeTranscript } from "@bullpen/agent";
import { toolNamesOf } from "@bullpen/contracts";
import { forcedOf, type QueryView, votesOf } from "@bullpen/protocol";

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
    error: outcome?.status === "failed" ? outcome.error : null,
    ...summarizeTranscript(record.transcript, toolNamesOf(job)),
    ...votesOf(record.transcript, job),
    created_at: record.createdAt,
    finished_at: record.finishedAt ?? null,
    metadata: job.metadata ?? null,
  };
}
