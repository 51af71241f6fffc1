import { toError } from "@bullpen/base";
import {
  type AgentJob,
  agentJobSchema,
  agentQueueName,
  type End,
  type Observation,
  type Outcome,
  PRIORITY,
  type QueueTimes,
  type ToolDefinition,
  type ToolInput,
  type Transcript,
  type Turn,
} from "@bullpen/contracts";
import { endsConnection, type Redis } from "@bullpen/redis";
import { ChannelListener } from "@bullpen/redis/commands";
import { type Job, UnrecoverableError, WaitingChildrenError, type Worker } from "bullmq";
import { WorkAccount } from "../fairness/work-account.js";
import { Suspects } from "../recovery/suspects.js";
import { ToolCalls } from "../tools/tool-calls.js";
import { TranscriptSession } from "../transcripts/transcript-session.js";
import { type LeasedJob, TranscriptStore } from "../transcripts/transcript-store.js";
import { type ActiveJob, closeWorker, createWorker, type FailedAttempt } from "../worker.js";
import { announceProgress, publishAnswer } from "./answer-channel.js";
import { onCancellation } from "./cancellation.js";
import { type EndedRecord, givenUp } from "./query-record.js";

/** A query that a worker holds: its job, and the means to advance it. */
export interface LeasedQuery {
  readonly id: string;
  readonly job: AgentJob;
  /** How often workers have taken it, this time included. */
  readonly activation: number;
  /** When it expires, in Unix milliseconds. */
  readonly deadline: number;
  readonly log: {
    read(): Promise<Transcript>;
    /** @param outcome how the query ends by this turn, if it does. */
    recordTurn(step: number, turn: Turn, outcome?: Outcome): Promise<void>;
    recordObservation(step: number, observation: Observation): Promise<void>;
  };
  /** Publishes a piece of the answer while it is written. `offset`: characters of the answer before it. */
  publishAnswer(piece: string, offset: number): void;
  /** Aborts when the worker stops: no new turn may begin; a turn that has begun may end. */
  readonly stopping: AbortSignal;
  readonly toolRunner: {
    /** Enqueues the call as a child of the query; the next run's log has its observation. */
    run(call: {
      step: number;
      tool: ToolDefinition;
      input: ToolInput;
      /** Set for the caller's own tool. */
      arguments?: string;
    }): Promise<"suspended">;
  };
}

export interface AgentWorkerOptions {
  readonly redis: Redis;
  readonly model: string;
  /** Queries that run side by side. A query that waits for a tool does not count. */
  readonly concurrency: number;
  readonly retentionSeconds: number;
  /** What turns are recorded to have been run by: `host:pid`. Default: nothing. */
  readonly name?: string;
  /** Called once a query has ended by a write of this worker. */
  readonly onEnd?: ((query: EndedRecord) => void) | undefined;
  /** Takes a query to its end or to a tool call. Rejects with the signal's reason when it aborts. */
  readonly handle: (query: LeasedQuery, signal: AbortSignal) => Promise<Outcome | "suspended">;
  /** Default: {@link QUEUE_TIMES}. */
  readonly times?: QueueTimes;
  readonly onError?: (error: Error) => void;
  /** Called after each attempt at a job that failed. */
  readonly onFailedAttempt?: (failure: FailedAttempt) => void;
}

/** Why a query returns to its queue before its end: the worker stops, another continues it. */
class StoppingError extends Error {
  override readonly name = "StoppingError";
}

/** Runs the queries of one model's queue. */
export class AgentWorker {
  readonly #options: AgentWorkerOptions;
  readonly #transcripts: TranscriptStore;
  readonly #account: WorkAccount;
  readonly #toolCalls: ToolCalls;
  readonly #suspects: Suspects;
  readonly #listener: ChannelListener;
  readonly #worker: Worker;
  readonly #stopping = new AbortController();

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
    this.#account = new WorkAccount(options);
    this.#toolCalls = new ToolCalls(options.redis);
    this.#suspects = new Suspects(options.redis);
    const { redis, model, concurrency, times, onError, onFailedAttempt } = options;
    this.#worker = createWorker({
      ...{ redis, concurrency, times, onError, onFailedAttempt },
      queue: agentQueueName(model),
      process: (active) => this.#process(active),
      isInterruption: (error) => error instanceof StoppingError || endsConnection(error),
      onCancelled: async ({ id }) => {
        // The end is written before a cancellation; this write counts only if the process that cancelled died first.
        const { end } = await this.#transcripts.end(id, { status: "cancelled" });
        return endJob(end.outcome);
      },
    });
    this.#worker.on("failed", (job, error) => {
      if (job?.id && job.finishedOn) void this.#endGivenUp(job.id, error.message);
    });
  }

  /**
   * Takes no more queries, lets the turns in flight finish within `graceMs`, and hands every query
   * back to the queue as soon as its turn is over (or the time is), where another worker continues it.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort(new StoppingError("the worker stops"));
    await closeWorker(this.#worker, graceMs);
    await this.#account.close();
    await this.#toolCalls.close();
    await this.#listener.close();
  }

  async #process({ job, id, token, signal }: ActiveJob): Promise<string> {
    const leased: LeasedJob = {
      queryId: id,
      job: agentJobSchema.parse(job.data),
      jobKey: `${job.queueQualifiedName}:${id}`,
      token,
    };
    const session = await TranscriptSession.open({
      store: this.#transcripts,
      account: this.#account,
      leased,
      isNew: isNew(job),
      onEnd: (transcript, end) => this.#tellEnd(job, leased, transcript, end),
    });
    const admission = await this.#suspects.admit(job, session, signal);
    if ("poison" in admission) return endJob(await session.end(admission.poison));
    try {
      return await this.#advance(job, session, signal);
    } finally {
      admission.release();
    }
  }

  async #advance(job: Job, session: TranscriptSession, signal: AbortSignal): Promise<string> {
    const query = this.#lease(job, session);
    this.#tellProgress(query);
    for (;;) {
      const result = await this.#options.handle(query, signal);
      if (result !== "suspended") return endJob(await session.end(result));
      if (await job.moveToWaitingChildren(session.leased.token)) throw new WaitingChildrenError();
      // The tool was faster than this worker. Resumption, crash and this case are one path: read first.
      await session.read();
    }
  }

  #lease(job: Job, session: TranscriptSession): LeasedQuery {
    const { queryId, job: payload } = session.leased;
    const worker = this.#options.name;
    return {
      id: queryId,
      job: payload,
      activation: job.attemptsStarted,
      deadline: job.timestamp + payload.limits.timeout_seconds * 1_000,
      stopping: this.#stopping.signal,
      publishAnswer: (piece, offset) => publishAnswer(this.#options.redis, queryId, { piece, offset }),
      log: {
        read: async () => session.transcript,
        recordTurn: (step, turn, outcome) =>
          session.recordTurn(
            step,
            { ...turn, ...(worker !== undefined && { worker }), activation: job.attemptsStarted },
            outcome,
          ),
        recordObservation: (step, observation) => session.recordObservation(step, observation),
      },
      toolRunner: {
        run: async (call) => {
          await this.#toolCalls.add(job, { ...call, queryId, job: payload });
          return "suspended";
        },
      },
    };
  }

  #tellEnd(job: Job, { queryId, job: payload }: LeasedJob, transcript: Transcript, end: End): void {
    const { outcome, finished_at } = end;
    const times = { createdAt: job.timestamp, finishedAt: finished_at };
    this.#options.onEnd?.({ id: queryId, job: payload, transcript, outcome, ...times });
  }

  /** Only who streams a response is shown the steps of its query while it goes on. */
  #tellProgress({ id, job }: Pick<LeasedQuery, "id" | "job">): void {
    if (job.stream && job.response) announceProgress(this.#options.redis, id);
  }

  /** All attempts failed: no other worker writes the end of this query. */
  async #endGivenUp(id: string, reason: string): Promise<void> {
    try {
      await this.#transcripts.end(id, givenUp(reason));
    } catch (error) {
      this.#options.onError?.(toError(error));
    }
  }
}

/**
 * Whether a job is taken for the first time and nobody has ended its query meanwhile: whoever does that
 * moves it to where resumed queries are ({@link endQuery}).
 */
function isNew(job: Job): boolean {
  return job.attemptsStarted === 1 && job.priority !== PRIORITY.resumed;
}

/** Ends a job in the state that the dashboard is to show. */
function endJob(outcome: Outcome): string {
  if (outcome.status === "completed") return outcome.answer;
  throw new UnrecoverableError(
    outcome.status === "failed" ? `${outcome.error.code}: ${outcome.error.message}` : outcome.status,
  );
}
