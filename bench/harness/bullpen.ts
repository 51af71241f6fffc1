import type { AgentJob } from "@bullpen/contracts";
import { type Script, ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues, AgentWorker, type LeasedQuery, ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";
import { createMetrics } from "@bullpen/runtime";
import type { Tracing } from "@bullpen/tracing";
import { createQueryHandler } from "@bullpen/worker/handle-query";
import { createWorkerMetrics } from "@bullpen/worker/worker-metrics";
import { MODEL, OBSERVATION, TOOL } from "./workload.js";

export const RETENTION_SECONDS = 600;

/** As many as a client may send in one request. */
const QUERIES_PER_ARRAY = 1_000;

export interface BullpenOptions {
  readonly redis: Redis;
  /** Slots of the model, and tool calls that run side by side. */
  readonly concurrency: number;
  readonly script: Script;
  /** Called when a query's last run is over, just before its end is written. */
  readonly onEnding?: (query: LeasedQuery) => void;
  /** Default: off. */
  readonly tracing?: Tracing | undefined;
}

/** The product's own queues, workers and agent loop; only the model's words and the tool are ours. */
export interface Bullpen {
  readonly queues: AgentQueues;
  submit(jobs: readonly AgentJob[]): Promise<void>;
  startWorkers(): Promise<{ stop(): Promise<void> }>;
}

export function openBullpen(options: BullpenOptions): Bullpen {
  const { redis } = options;
  const queues = new AgentQueues({ redis, retentionSeconds: RETENTION_SECONDS });
  return {
    queues,
    submit: async (jobs) => {
      for (let from = 0; from < jobs.length; from += QUERIES_PER_ARRAY) {
        await queues.submit(jobs.slice(from, from + QUERIES_PER_ARRAY));
      }
    },
    startWorkers: async () => {
      const workers = await Promise.all([startAgentWorker(options), startToolWorker(options)]);
      return {
        stop: async () => {
          await Promise.all(workers.map((worker) => worker.stop(0)));
        },
      };
    },
  };
}

async function startAgentWorker({ redis, concurrency, script, onEnding, tracing }: BullpenOptions) {
  const model = new ScriptedModel({ name: MODEL, slots: concurrency, script });
  const metrics = createWorkerMetrics(createMetrics("worker"), model);
  const handle = createQueryHandler({ model, metrics, tools: new ToolRegistry({ redis }), tracing });
  return AgentWorker.start({
    redis,
    model: MODEL,
    concurrency,
    retentionSeconds: RETENTION_SECONDS,
    onEnd: tracing?.queryEnded,
    handle: async (query, signal) => {
      const outcome = await handle(query, signal);
      if (outcome !== "suspended") onEnding?.(query);
      return outcome;
    },
  });
}

async function startToolWorker({ redis, concurrency, tracing }: BullpenOptions) {
  return ToolWorker.start({
    redis,
    tool: TOOL,
    concurrency,
    run: async ({ query_id: queryId, step, trace_context: traceContext }) => {
      const run = async () => ({ observation: OBSERVATION, is_error: false });
      return tracing
        ? tracing.work({ queue: `tools.${TOOL.queue}`, queryId, traceContext, step }, run)
        : run();
    },
  });
}
