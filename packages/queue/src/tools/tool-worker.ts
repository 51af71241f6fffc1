import { runWithTimeout, TIMED_OUT } from "@bullpen/base";
import {
  type Observation,
  type QueueTimes,
  redact,
  redactContent,
  type ToolDefinition,
  type ToolJob,
  type ToolResult,
  toolFailure,
  toolJobSchema,
  toolQueueName,
} from "@bullpen/contracts";
import { endsConnection, type Redis } from "@bullpen/redis";
import { ChannelListener } from "@bullpen/redis/commands";
import { type Job, UnrecoverableError, type Worker } from "bullmq";
import { onCancellation } from "../queries/cancellation.js";
import { SuspectCalls } from "../recovery/suspect-calls.js";
import { type ActiveJob, closeWorker, createWorker, type FailedAttempt, type RateLimit } from "../worker.js";
import { findOutcome, forgetResult, runByPolicy } from "./tool-results.js";

export interface ToolWorkerOptions {
  readonly redis: Redis;
  readonly tool: ToolDefinition;
  /** Calls that run side by side. */
  readonly concurrency: number;
  /** What calls are recorded to have been run by: `host:pid`. Default: nothing. */
  readonly name?: string;
  /** Most calls that all tool-workers together begin in a time. Default: no limit. */
  readonly rateLimit?: RateLimit;
  /** Runs a call. A failure of the tool is a result; a rejection is tried again. */
  readonly run: (job: ToolJob, signal: AbortSignal) => Promise<ToolResult>;
  /** Milliseconds that a call may run beyond its tool's own limit before it is aborted from outside. Default: 5,000. */
  readonly overtimeMs?: number;
  /** Default: `QUEUE_TIMES`. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
  /** Called after each attempt at a job that failed. */
  readonly onFailedAttempt?: (failure: FailedAttempt) => void;
}

/** Time for a tool to end a call by its own limit, which gives a better message than an abort from outside. */
const OVERTIME_MS = 5_000;

/** Runs the calls of one tool's queue. */
export class ToolWorker {
  readonly #options: ToolWorkerOptions;
  readonly #listener: ChannelListener;
  readonly #worker: Worker;
  readonly #suspects: SuspectCalls;
  /** Ids of the active jobs, by query id. A query has at most one call in flight. */
  readonly #active = new Map<string, string>();

  static async start(options: ToolWorkerOptions): Promise<ToolWorker> {
    const listener = await ChannelListener.open(options.redis);
    const worker = new ToolWorker(options, listener);
    await onCancellation(listener, (queryId) => worker.#cancel(queryId));
    await worker.#worker.waitUntilReady();
    return worker;
  }

  private constructor(options: ToolWorkerOptions, listener: ChannelListener) {
    this.#options = options;
    this.#listener = listener;
    this.#suspects = new SuspectCalls(options.redis);
    const { redis, tool, concurrency, rateLimit, times, onError, onFailedAttempt } = options;
    this.#worker = createWorker({
      ...{ redis, concurrency, rateLimit, times, onError, onFailedAttempt },
      queue: toolQueueName(tool.queue),
      process: (active) => this.#process(active),
      isInterruption: (error, signal) => !signal.aborted && endsConnection(error),
      onCancelled: () => Promise.reject(new UnrecoverableError("cancelled")),
    });
    this.#worker.on("completed", (job) => {
      // A result that stays because Redis is away expires.
      forgetResult(redis, job, tool).catch((error: Error) => onError?.(error));
    });
  }

  /** Takes no more calls, lets those in flight finish within `graceMs`, then returns the rest to the queue. */
  async stop(graceMs: number): Promise<void> {
    await closeWorker(this.#worker, graceMs);
    await this.#listener.close();
  }

  async #process({ job, id, signal }: ActiveJob): Promise<Observation> {
    const call = toolJobSchema.parse(job.data);
    const { redis, tool } = this.#options;
    // Each tool has its own queue, but whoever can write to Redis can add a call to any queue.
    if (call.tool_name !== tool.name) return wrongQueue(call);
    this.#active.set(call.query_id, id);
    try {
      const outcome = await findOutcome(redis, job, call);
      if (outcome) return outcome;
      const admission = await this.#suspects.admit(job, signal);
      if ("deadly" in admission) return admission.deadly;
      try {
        return await runByPolicy(redis, job, tool, () => this.#runTimed(job, call, signal));
      } finally {
        admission.release();
      }
    } finally {
      this.#active.delete(call.query_id);
    }
  }

  async #runTimed(job: Job, call: ToolJob, signal: AbortSignal): Promise<Observation> {
    const { run, tool, name, overtimeMs = OVERTIME_MS } = this.#options;
    const record = {
      started_at: Date.now(),
      ...(name !== undefined && { worker: name }),
      attempts: job.attemptsStarted,
    };
    const startedAt = performance.now();
    const limit = { ms: tool.timeoutMs + overtimeMs, signal };
    const result = await runWithTimeout((within) => run(call, within), limit);
    const duration_ms = Math.round(performance.now() - startedAt);
    if (result !== TIMED_OUT) return { ...withoutSecrets(result), duration_ms, ...record };
    return { ...toolFailure(`no result within ${tool.timeoutMs / 1_000} seconds.`), duration_ms, ...record };
  }

  #cancel(queryId: string): void {
    const jobId = this.#active.get(queryId);
    if (jobId) this.#worker.cancelJob(jobId, "cancelled");
  }
}

/** The observation of a call that is in the queue of another tool than it names. */
function wrongQueue({ tool_name }: ToolJob): Observation {
  const message = `the tool ${tool_name} cannot be reached by this call, so nothing was run.`;
  return { ...toolFailure(message), duration_ms: 0 };
}

/**
 * An observation goes to the model, to the caller and to files. A failure is redacted like any message; of a
 * result only configured secrets are removed.
 */
function withoutSecrets(result: ToolResult): ToolResult {
  const clean = result.is_error ? redact : redactContent;
  return { ...result, observation: clean(result.observation) };
}
