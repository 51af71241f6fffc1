import { agentQueueName } from "@bullpen/contracts";
import type { JobState } from "bullmq";
import type { QueryContext } from "./query-context.js";

/** States that are counted; `not_completed` are the failed, the cancelled and the expired. */
export type QueryCount = "queued" | "running" | "waiting_for_tool" | "completed" | "not_completed";

/** How many of a model's queries are in each state. One that returns from a tool counts as queued. */
export async function countQueries(
  { queues }: Pick<QueryContext, "queues">,
  model: string,
): Promise<Record<QueryCount, number>> {
  const jobs = await queues.get(agentQueueName(model)).getJobCounts();
  const sum = (...states: JobState[]) => states.reduce((total, state) => total + (jobs[state] ?? 0), 0);
  return {
    queued: sum("prioritized", "waiting", "delayed"),
    running: sum("active"),
    waiting_for_tool: sum("waiting-children"),
    completed: sum("completed"),
    not_completed: sum("failed"),
  };
}
