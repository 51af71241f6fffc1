import {
  type AgentJob,
  agentJobSchema,
  agentQueueName,
  MAX_STALLS,
  type Observation,
  type Outcome,
  PRIORITY,
  QUEUE_TIMES,
  type ToolDefinition,
  type Transcript,
  type Turn,
} from "@bullpen/contracts";
import { type Job, UnrecoverableError, WaitingChildrenError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { givenUp } from "./agent-queue.js";
import { onCancellation } from "./cancellation.js";
import { ChannelListener } from "./channel-listener.js";
import { KEY_PREFIX } from "./connection.js";
import { ToolCalls } from "./tool-calls.js";
import { TranscriptStore } from "./transcript-store.js";

/** A query in a worker's hands: what is asked and the means to take it further. */
export interface HeldQuery {
  readonly id: string;
  readonly job: AgentJob;
  readonly log: {
    read(): Promise<Transcript>;
    recordTurn(step: number, turn: Turn): Promise<void>;
    recordObservation(step: number, observation: Observation): Promise<void>;
  };
  readonly toolRunner: {
    /** Enqueues the call as a child of the query; its observation stands in the log of the next run. */
    run(call: { step: number; tool: ToolDefinition; input: string }): Promise<"suspended">;
  };
}

export interface AgentWorkerOptions {
  readonly redis: Redis;
  readonly model: string;
  /** Queries that run side by side. One that waits for a tool does not count. */
  readonly concurrency: number;
  readonly retentionSeconds: number;
  /** Takes a query to its end or to a tool call. Rejects with the signal's reason when it aborts. */
  readonly handle: (query: HeldQuery, signal: AbortSignal) => Promise<Outcome | "suspended">;
  readonly onError?: (error: Error) => void;
}

const SHUTDOWN = "shutdown";

/** Runs the queries of one model's queue. */
export class AgentWorker {
  readonly #options: AgentWorkerOptions;
  readonly #transcripts: TranscriptStore;
  readonly #toolCalls: ToolCalls;
  readonly #listener: ChannelListener;
  readonly #worker: Worker;

  static async start(options: AgentWorkerOptions): Promise<AgentWorker> {
    const listener = await ChannelListener.open(options.redis);
    const worker = new AgentWorker(options, listener);
    await onCancellation(listener, (queryId) => worker.#worker.cancelJob(queryId, "cancelled"));
    await worker.#worker.waitUntilReady();
    return worker;
  }

  private constructor(options: AgentWorkerOptions, listener: ChannelListener) {
    this.#options = options;
    this.#listener = listener;
    this.#transcripts = new TranscriptStore(options);
    this.#toolCalls = new ToolCalls({ redis: options.redis, transcripts: this.#transcripts });
    this.#worker = new Worker(
      agentQueueName(options.model),
      // BullMQ hands out a signal only to a processor of exactly three plain parameters.
      (job, token, signal) => this.#process(job, token, signal),
      {
        connection: options.redis,
        prefix: KEY_PREFIX,
        concurrency: options.concurrency,
        lockDuration: QUEUE_TIMES.lockMs,
        stalledInterval: QUEUE_TIMES.stalledCheckMs,
        maxStalledCount: MAX_STALLS,
      },
    );
    this.#worker.on("error", (error) => options.onError?.(error));
    this.#worker.on("failed", (job, error) => {
      if (job?.id && job.finishedOn) void this.#endGivenUp(job.id, error.message);
    });
  }

  /**
   * Takes no more queries, lets those in flight finish within `graceMs`, then hands the rest back to
   * the queue, where another worker continues them at once.
   */
  async stop(graceMs: number): Promise<void> {
    const handBack = setTimeout(() => this.#worker.cancelAllJobs(SHUTDOWN), graceMs);
    try {
      await this.#worker.close();
    } finally {
      clearTimeout(handBack);
    }
    await this.#toolCalls.close();
    await this.#listener.close();
  }

  async #process(job: Job, token: string | undefined, signal: AbortSignal | undefined): Promise<string> {
    if (!job.id || !token || !signal) throw new UnrecoverableError("the queue gave no id, token or signal");
    try {
      return await this.#run(job, job.id, token, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      if (signal.reason === SHUTDOWN) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      return this.#close(job.id, { status: "cancelled" });
    }
  }

  async #run(job: Job, id: string, token: string, signal: AbortSignal): Promise<string> {
    const query = this.#hold(job, id);
    for (;;) {
      // Resume, crash and a tool that was faster than us are one path: settle first, then look.
      await this.#toolCalls.settle(job, id);
      const result = await this.#options.handle(query, signal);
      if (result !== "suspended") return this.#close(id, result);
      if (job.priority !== PRIORITY.resumed) await job.changePriority({ priority: PRIORITY.resumed });
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    }
  }

  /** Writes the query's end and gives its job the ending that bull-board should show. */
  async #close(id: string, outcome: Outcome): Promise<string> {
    const { end } = await this.#transcripts.end(id, outcome);
    const stands = end.outcome;
    if (stands.status === "completed") return stands.answer;
    throw new UnrecoverableError(
      stands.status === "failed" ? `${stands.error.code}: ${stands.error.message}` : stands.status,
    );
  }

  #hold(job: Job, id: string): HeldQuery {
    const payload = agentJobSchema.parse(job.data);
    return {
      id,
      job: payload,
      log: {
        read: () => this.#transcripts.read(id),
        recordTurn: (step, turn) => this.#transcripts.recordTurn(id, step, turn),
        recordObservation: (step, observation) => this.#transcripts.recordObservation(id, step, observation),
      },
      toolRunner: {
        run: async (call) => {
          await this.#toolCalls.add(job, {
            ...call,
            queryId: id,
            tenant: payload.tenant,
            model: payload.model,
          });
          return "suspended";
        },
      },
    };
  }

  /** Retries used up, or too many stalls: nobody else will write this query's end. */
  async #endGivenUp(id: string, reason: string): Promise<void> {
    try {
      await this.#transcripts.end(id, givenUp(reason));
    } catch (error) {
      this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
