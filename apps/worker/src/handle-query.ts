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
        model: untilStopping(measured, query.stopping),
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

/** The same model, which begins no turn any more once the worker stops. */
function untilStopping(model: LanguageModel, stopping: AbortSignal): LanguageModel {
  return {
    name: model.name,
    slots: model.slots,
    contextTokens: model.contextTokens,
    close: () => model.close(),
    complete: async (request, signal) => {
      stopping.throwIfAborted();
      return model.complete(request, signal);
    },
  };
}
