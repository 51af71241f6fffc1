import { type AgentJob, isTerminal } from "@bullpen/contracts";
import { usageOf } from "@bullpen/protocol";
import type { QueryRecord } from "@bullpen/queue";
import type { ApiContext } from "../../api-context.js";

export type RunNeeds = Pick<ApiContext, "queues" | "endWaiter" | "stopping">;

/** What one line has used. */
export interface SampledLine {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** How long its turns had a slot, in milliseconds. */
  readonly busyMs: number;
  readonly completed: boolean;
}

interface Sample {
  readonly jobs: readonly AgentJob[];
  /** The id of each job's query. */
  readonly ids: readonly string[];
  /** How long all of them may take. */
  readonly seconds: number;
}

/**
 * Runs queries side by side. Those that have not ended in time, or when the client has gone, are cancelled.
 *
 * @param gone aborts when the client has disconnected.
 */
export async function runSample(
  { queues, endWaiter, stopping }: RunNeeds,
  { jobs, ids, seconds }: Sample,
  gone: AbortSignal,
): Promise<{ readonly ended: readonly SampledLine[]; readonly unfinished: number }> {
  if (jobs.length > 0) await queues.submit(jobs, { ids });
  const signal = AbortSignal.any([gone, stopping, AbortSignal.timeout(seconds * 1_000)]);
  const records = await Promise.all(
    ids.map(async (id) => {
      let record: QueryRecord | undefined;
      const hasEnded = async () => {
        record = await queues.find(id);
        return !record || isTerminal(record.status);
      };
      await endWaiter.wait(id, hasEnded, signal);
      if (record && isTerminal(record.status)) return record;
      await queues.cancel(id);
      return undefined;
    }),
  );
  const ended = records.flatMap((record) => (record ? [toLine(record)] : []));
  return { ended, unfinished: records.length - ended.length };
}

function toLine({ transcript, outcome }: QueryRecord): SampledLine {
  const { prompt_tokens, completion_tokens } = usageOf(transcript);
  return {
    input_tokens: prompt_tokens,
    output_tokens: completion_tokens,
    busyMs: transcript.steps.reduce((sum, { turn }) => sum + turn.duration_ms, 0),
    completed: outcome?.status === "completed",
  };
}
