import { runAgent, toolboxOf } from "@bullpen/agent";
import { agentQueueName, type LanguageModel, type Outcome } from "@bullpen/contracts";
import type { LeasedQuery, ToolRegistry } from "@bullpen/queue";
import type { Tracing } from "@bullpen/tracing";
import type { WorkerMetrics } from "./worker-metrics.js";

export interface QueryHandlerOptions {
  readonly model: LanguageModel;
  readonly metrics: WorkerMetrics;
  readonly tools: Pick<ToolRegistry, "find">;
  /** Default: off. */
  readonly tracing?: Tracing | undefined;
}

/** Where agent and queue meet: runs the agent loop on a query that the queue handed out. */
export function createQueryHandler({ model, metrics, tools, tracing }: QueryHandlerOptions) {
  const measured = metrics.measure(model);
  const handle = async (query: LeasedQuery, signal: AbortSignal): Promise<Outcome | "suspended"> => {
    const outcome = await runAgent(
      {
        id: query.id,
        job: query.job,
        toolbox: toolboxOf(query.job, await tools.find(query.job.tools)),
        model: untilStopping(measured, query.stopping),
        log: query.log,
        toolRunner: query.toolRunner,
        now: Date.now,
        deadline: query.deadline,
        onGuard: metrics.countGuard,
        onLastTurn: metrics.countLastTurn,
        ...(query.job.stream && { onAnswer: query.publishAnswer }),
      },
      signal,
    );
    if (outcome !== "suspended") metrics.countEnd(outcome);
    return outcome;
  };
  if (!tracing) return handle;
  return (query: LeasedQuery, signal: AbortSignal) =>
    tracing.work(
      {
        queue: agentQueueName(query.job.model),
        queryId: query.id,
        traceContext: query.job.trace_context,
        attributes: { "bullpen.activation": query.activation },
      },
      () => handle(query, signal),
    );
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
