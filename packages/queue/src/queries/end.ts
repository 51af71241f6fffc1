import { agentQueueName, isTerminal, type Outcome, PRIORITY } from "@bullpen/contracts";
import { unlistCalls } from "../caller-tools/unlist-call.js";
import { announceCancellation } from "./cancellation.js";
import { findQuery } from "./find.js";
import type { QueryContext } from "./query-context.js";
import type { QueryRecord } from "./query-record.js";

/**
 * Ends a query that a worker may hold; `false` when it had ended before or is unknown. The end is written
 * first, so that no later answer counts. Then the worker that holds the query is told; a job that no worker
 * holds is moved to where a worker takes it next and clears it away.
 */
export async function endQuery(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts" | "onEnd">,
  id: string,
  outcome: Outcome,
): Promise<boolean> {
  const record = await findQuery(context, id);
  return record !== undefined && endRecord(context, record, outcome);
}

/** As {@link endQuery}, for a query that has been read already. */
export async function endRecord(
  { redis, queues, transcripts, onEnd }: Pick<QueryContext, "redis" | "queues" | "transcripts" | "onEnd">,
  record: QueryRecord,
  outcome: Outcome,
): Promise<boolean> {
  const { id } = record;
  if (isTerminal(record.status)) return false;
  const { isNew, end } = await transcripts.end(id, outcome);
  if (!isNew) return false;
  onEnd?.({ ...record, outcome: end.outcome, finishedAt: end.finished_at });
  const job = await queues.get(agentQueueName(record.job.model)).getJob(id);
  // Before the announcement: a worker that takes the job from here on sees by its priority that it has ended.
  if (record.status === "queued") await job?.changePriority({ priority: PRIORITY.resumed });
  await announceCancellation(redis, id);
  if (record.job.tool_mode === "wait") await unlistCalls(redis, record.job.tenant, id);
  if (record.status === "waiting_for_tool" || record.status === "requires_action")
    await job?.removeUnprocessedChildren();
  return true;
}
