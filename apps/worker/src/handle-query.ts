import { runAgent } from "@bullpen/agent";
import { CLASSIC_TOOLS, type LanguageModel, type Outcome } from "@bullpen/contracts";
import type { HeldQuery } from "@bullpen/queue";
import type { WorkerMetrics } from "./worker-metrics.js";

export interface QueryHandlerOptions {
  readonly model: LanguageModel;
  readonly metrics: WorkerMetrics;
}

/** Where agent and queue meet: runs the agent loop on a query that the queue handed out. */
export function createQueryHandler({ model, metrics }: QueryHandlerOptions) {
  const measured = metrics.measure(model);
  return async (query: HeldQuery, signal: AbortSignal): Promise<Outcome | "suspended"> => {
    const outcome = await runAgent(
      {
        id: query.id,
        job: query.job,
        tools: CLASSIC_TOOLS.filter((tool) => query.job.tools.includes(tool.name)),
        model: measured,
        log: query.log,
        toolRunner: query.toolRunner,
        now: Date.now,
      },
      signal,
    );
    if (outcome !== "suspended") metrics.countEnd(outcome);
    return outcome;
  };
}
