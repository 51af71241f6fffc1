import {
  type AgentJob,
  agentJobSchema,
  BUILT_IN_TOOLS,
  inputText,
  isTerminal,
  type QueueTimes,
  type ToolJob,
  type ToolResult,
} from "@bullpen/contracts";
import { type Script, ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues, AgentWorker, type QueryRecord, ToolRegistry, ToolWorker } from "@bullpen/queue";
import { connectRedis, type Redis } from "@bullpen/redis";
import { createMetrics } from "@bullpen/runtime";
import { createQueryHandler } from "@bullpen/worker/handle-query";
import { createWorkerMetrics } from "@bullpen/worker/worker-metrics";
import { startTestHeartbeat } from "./heartbeat.js";
import { startTestRedis, type TestRedis } from "./redis.js";
import { until } from "./until.js";

/** A call as a scripted tool gets it: its input as a text. */
type ScriptedCall = Omit<ToolJob, "input"> & { readonly input: string };

export type ScriptedTool = (job: ScriptedCall, signal: AbortSignal) => Promise<ToolResult> | ToolResult;

export interface AgentHarnessOptions {
  readonly script: Script;
  readonly slots?: number;
  readonly tools?: Readonly<Record<string, ScriptedTool>>;
  readonly redis?: TestRedis;
  /** The worker sends heartbeats, as its process does, with the GPUs that `nvidia-smi` tells of. Default: none. */
  readonly withHeartbeat?: boolean;
}

/**
 * The agent side of Bullpen in one process, on a real Redis: the worker's own query handler, real
 * queues and tool workers; only what the model says and what the tools do is the test's.
 */
export interface AgentHarness {
  readonly redis: TestRedis;
  readonly queues: AgentQueues;
  readonly model: ScriptedModel;
  submit(query: string, overrides?: Partial<AgentJob>): Promise<string>;
  /** The query after its end. */
  ended(id: string): Promise<QueryRecord>;
  record(id: string): Promise<QueryRecord>;
  /** Stops its worker alone, before the rest. */
  stopWorker(graceMs: number): Promise<void>;
  stop(): Promise<void>;
}

const RETENTION_SECONDS = 600;

export async function startAgentHarness(options: AgentHarnessOptions): Promise<AgentHarness> {
  const redis = options.redis ?? (await startTestRedis());
  const model = new ScriptedModel({ script: options.script, slots: options.slots ?? 4 });
  const queues = new AgentQueues({ redis: redis.connection, retentionSeconds: RETENTION_SECONDS });
  const metrics = createWorkerMetrics(createMetrics("worker"), model);
  const worker = await startAgentWorker(redis.connection, model, undefined, metrics);
  const stopBeating = options.withHeartbeat
    ? await startTestHeartbeat(redis.connection, model, metrics)
    : undefined;
  const toolWorkers = await startToolWorkers(redis.connection, options.tools ?? {});
  let stoppedWorker: Promise<void> | undefined;
  const record = async (id: string) => {
    const found = await queues.find(id);
    if (!found) throw new Error(`${id} is not known`);
    return found;
  };
  return {
    redis,
    queues,
    model,
    record,
    submit: async (query, overrides = {}) => {
      const [id] = await queues.submit([agentJob(query, overrides)]);
      return id ?? "";
    },
    ended: (id) =>
      until(`${id} ends`, async () => {
        const found = await record(id);
        return isTerminal(found.status) && found;
      }),
    stopWorker: (graceMs) => {
      stoppedWorker ??= worker.stop(graceMs);
      return stoppedWorker;
    },
    stop: async () => {
      stoppedWorker ??= worker.stop(0);
      await Promise.all([stoppedWorker, ...toolWorkers.map((toolWorker) => toolWorker.stop(0))]);
      await stopBeating?.();
      await queues.close();
      if (!options.redis) await redis.stop();
    },
  };
}

export async function startAgentWorker(
  redis: Redis,
  model: ScriptedModel,
  times?: QueueTimes,
  metrics = createWorkerMetrics(createMetrics("worker"), model),
): Promise<AgentWorker> {
  return AgentWorker.start({
    redis,
    model: model.name,
    concurrency: model.slots,
    retentionSeconds: RETENTION_SECONDS,
    handle: createQueryHandler({ model, metrics, tools: new ToolRegistry({ redis }) }),
    ...(times && { times }),
  });
}

export async function startToolWorkers(
  redis: Redis,
  tools: Readonly<Record<string, ScriptedTool>>,
  times?: QueueTimes,
): Promise<ToolWorker[]> {
  const definitions = BUILT_IN_TOOLS.filter((tool) => tool.name in tools);
  return Promise.all(
    definitions.map((tool) =>
      ToolWorker.start({
        redis,
        tool,
        concurrency: 8,
        ...(times && { times }),
        run: async (job, signal) => {
          const scripted = tools[tool.name];
          if (!scripted) throw new Error(`no script for ${tool.name}`);
          return scripted({ ...job, input: inputText(job.input) }, signal);
        },
      }),
    ),
  );
}

/** A job as the api would make it. */
export function agentJob(query: string, overrides: Partial<AgentJob> = {}): AgentJob {
  return agentJobSchema.parse({
    tenant: "default",
    model: "scripted",
    query,
    tools: BUILT_IN_TOOLS.map((tool) => tool.name),
    sampling: {},
    limits: {},
    ...overrides,
  });
}

/** A connection of its own, for what should not share the test's. */
export function connect(redis: TestRedis): Promise<Redis> {
  return connectRedis({ url: redis.url, whenAway: "wait" });
}
