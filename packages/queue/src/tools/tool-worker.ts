import {
  type Observation,
  QUEUE_TIMES,
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
import { ChannelListener, KEY_PREFIX } from "@bullpen/redis/commands";
import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import { onCancellation } from "../queries/cancellation.js";
import { SuspectCalls } from "../recovery/suspect-calls.js";
import { rejectRedacted } from "../reject-redacted.js";
import { closeWithin, returnToQueue, SHUTDOWN } from "../return-to-queue.js";
import { runWithin } from "../time-limit.js";
import { findOutcome, forgetResult, runByPolicy } from "./tool-results.js";

export interface ToolWorkerOptions {
  readonly redis: Redis;
  readonly tool: ToolDefinition;
  /** Calls that run side by side. */
  readonly concurrency: number;
  /** Most calls that all tool-workers together begin in a time. Default: no limit. */
  readonly rateLimit?: { readonly calls: number; readonly perMs: number };
  /** Runs a call. A failure of the tool is a result; a rejection is tried again. */
  readonly run: (job: ToolJob, signal: AbortSignal) => Promise<ToolResult>;
  /** Time that a call may run over its tool's own limit before it is given up from outside. Default 5,000. */
  readonly overtimeMs?: number;
  /** Default: {@link QUEUE_TIMES}. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
}

const OVERTIME_MS = 5_000;

/** Runs the calls of one tool's queue. */
export class ToolWorker {
  readonly #options: ToolWorkerOptions;
  readonly #listener: ChannelListener;
  readonly #worker: Worker;
  readonly #suspects: SuspectCalls;
  /** Ids of the jobs in hand, by the query they belong to. A query has one call in flight at most. */
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
    const { times = QUEUE_TIMES, rateLimit } = options;
    this.#worker = new Worker(
      toolQueueName(options.tool.queue),
      // BullMQ hands out a signal only to a processor of exactly three plain parameters.
      (job, token, signal) => this.#process(job, token, signal).catch(rejectRedacted),
      {
        connection: options.redis,
        prefix: KEY_PREFIX,
        concurrency: options.concurrency,
        lockDuration: times.lockMs,
        stalledInterval: times.stalledCheckMs,
        // Which stalls are too many is decided call by call, in suspect-calls.ts.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        ...(rateLimit && { limiter: { max: rateLimit.calls, duration: rateLimit.perMs } }),
      },
    );
    this.#worker.on("error", (error) => options.onError?.(error));
    this.#worker.on("completed", (job) => {
      // What stays behind because Redis was away goes with its time.
      forgetResult(options.redis, job, options.tool).catch((error: Error) => options.onError?.(error));
    });
  }

  /** Takes no more calls, lets those in flight finish within `graceMs`, then hands the rest back. */
  async stop(graceMs: number): Promise<void> {
    await closeWithin(this.#worker, graceMs);
    await this.#listener.close();
  }

  async #process(job: Job, token: string | undefined, signal: AbortSignal | undefined): Promise<Observation> {
    if (!job.id || !token || !signal) throw new UnrecoverableError("the queue gave no id, token or signal");
    const call = toolJobSchema.parse(job.data);
    const { redis, tool } = this.#options;
    // Names have queues of their own, but whoever may write to Redis may put a call anywhere.
    if (call.tool_name !== tool.name) return notRun(call);
    this.#active.set(call.query_id, job.id);
    try {
      const outcome = await findOutcome(redis, job, call);
      if (outcome) return outcome;
      const admission = await this.#suspects.admit(job, signal);
      if ("deadly" in admission) return admission.deadly;
      try {
        return await runByPolicy(redis, job, tool, () => this.#runTimed(call, signal));
      } finally {
        admission.release();
      }
    } catch (error) {
      if (!signal.aborted && !endsConnection(error)) throw error;
      if (signal.aborted && signal.reason !== SHUTDOWN) throw new UnrecoverableError("cancelled");
      await returnToQueue(this.#options.redis, job, token);
      throw new WaitingError();
    } finally {
      this.#active.delete(call.query_id);
    }
  }

  async #runTimed(call: ToolJob, signal: AbortSignal): Promise<Observation> {
    const { run, tool, overtimeMs = OVERTIME_MS } = this.#options;
    const startedAt = performance.now();
    const result = await runWithin(tool.timeoutMs + overtimeMs, signal, (within) => run(call, within));
    const duration_ms = Math.round(performance.now() - startedAt);
    if (result !== "late") return { ...withoutSecrets(result), duration_ms };
    return { ...toolFailure(`no result within ${tool.timeoutMs / 1_000} seconds.`), duration_ms };
  }

  #cancel(queryId: string): void {
    const jobId = this.#active.get(queryId);
    if (jobId) this.#worker.cancelJob(jobId, "cancelled");
  }
}

/** A call in the queue of another tool than the one that it names. */
function notRun({ tool_name }: ToolJob): Observation {
  const message = `the tool ${tool_name} cannot be reached by this call, so nothing was run.`;
  return { ...toolFailure(message), duration_ms: 0 };
}

/** What a tool says goes to the model, to the caller and to files. Of a result only configured secrets are taken out. */
function withoutSecrets(result: ToolResult): ToolResult {
  const clean = result.is_error ? redact : redactContent;
  return { ...result, observation: clean(result.observation) };
}
