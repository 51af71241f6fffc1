import {
  type AgentJob,
  type End,
  endSchema,
  type Observation,
  type Outcome,
  observationSchema,
  redact,
  type Step,
  type Transcript,
  type Turn,
  toolJobId,
  turnSchema,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { readKey, readRecord } from "@bullpen/redis/commands";
import { budgetKey, DUE_KEY, transcriptKey } from "../queries/query-keys.js";
import { dayOf, USAGE_DAYS_KEY, usageKey, usageMember } from "../usage/usage-keys.js";
import { type ChildResult, FAILED, findChildFailure, findChildResult, PROCESSED } from "./child-results.js";
import { END_QUERY, RECORD_STEP } from "./transcript-scripts.js";

/** A job that a worker holds the lock of, as far as recording a step needs it. */
export interface LeasedJob {
  readonly queryId: string;
  readonly job: AgentJob;
  /** BullMQ's key of the query's job. */
  readonly jobKey: string;
  /** The token under which the worker took the job. */
  readonly token: string;
}

/** A query's transcript as a worker read it, and what it must still record. */
export interface TranscriptSnapshot {
  /** Includes the observation of `pendingResult`. */
  readonly transcript: StoredTranscript;
  /** A tool's result that is stored with the query's job and not yet recorded in the transcript. */
  readonly pendingResult: ChildResult | undefined;
}

/** A transcript as Redis has it. */
export interface StoredTranscript extends Transcript {
  /** A field cannot be read, which fails the query: `end` says so, but is not written yet. */
  readonly isDamaged?: boolean;
}

/** A turn to record, with what it has read and the end that it brings. */
export interface NewStep {
  readonly step: number;
  readonly turn: Turn;
  /** The transcript before this turn, as the worker knows it. */
  readonly before: TranscriptSnapshot;
  /** The end that the turn brings. */
  readonly end: End | undefined;
}

/**
 * - `recorded`: written.
 * - `void`: nothing written: the field exists, the query has ended or the previous step is missing.
 * - `lock_lost`: nothing written: this worker no longer holds the lock.
 */
export type RecordResult = "recorded" | "void" | "lock_lost";

/**
 * The transcripts of queries: one hash per query, with a field for each turn (`0:action`), each observation
 * (`0:observation`) and the end (`end`). Besides, the `model` whose queue has the job, and the `tenant` whose
 * index has the id.
 *
 * Invariant: every field is written once, and a step only by the worker that holds the job's lock. A worker
 * that is paused until it loses its lock cannot complete anything that another worker has taken over.
 */
export class TranscriptStore {
  readonly #redis: Redis;
  readonly #retentionSeconds: number;

  constructor(options: { redis: Redis; retentionSeconds: number }) {
    this.#redis = options.redis;
    this.#retentionSeconds = options.retentionSeconds;
  }

  /** @param jobKey BullMQ's key of the query's job, which holds the result of its last tool call. */
  async read(queryId: string, jobKey: string): Promise<TranscriptSnapshot> {
    // The job first: a result that is removed from it between the two reads is in the transcript then.
    const [processed, fields] = await Promise.all([
      readKey(this.#redis.hgetall(jobKey + PROCESSED), {}),
      this.#redis.hgetall(transcriptKey(queryId)),
    ]);
    const transcript = parseTranscript(fields);
    const last = transcript.steps.at(-1);
    if (!last || !awaitsObservation(transcript)) return { transcript, pendingResult: undefined };
    const childId = toolJobId(queryId, transcript.steps.length - 1);
    const pendingResult =
      findChildResult(childId, processed) ??
      findChildFailure(childId, await readKey(this.#redis.hgetall(jobKey + FAILED), {}));
    if (!pendingResult) return { transcript, pendingResult };
    const steps = [...transcript.steps.slice(0, -1), { ...last, observation: pendingResult.observation }];
    return { transcript: { ...transcript, steps }, pendingResult };
  }

  /** Records a turn, with the observation that it has read and the end that it brings. */
  async recordTurn(leased: LeasedJob, { step, turn, before, end }: NewStep): Promise<RecordResult> {
    const { transcript, pendingResult } = before;
    const previous = step > 0 ? transcript.steps[step - 1] : undefined;
    const isRecorded = previous?.observation !== undefined && pendingResult === undefined;
    const fields = [`${step}:action`, JSON.stringify(turn)];
    if (pendingResult) fields.push(`${step - 1}:observation`, JSON.stringify(pendingResult.observation));
    if (end) fields.push("end", JSON.stringify({ ...end, outcome: redactOutcome(end.outcome) }));
    return this.#record(leased, fields, {
      expectedField: previous ? `${step - 1}:${isRecorded ? "observation" : "action"}` : "",
      pendingResult,
      turns: step + 1,
      isLast: end !== undefined,
      usage: turn.usage,
    });
  }

  /** Records the observation of a tool that ran in the worker itself. */
  async recordObservation(leased: LeasedJob, step: number, observation: Observation): Promise<RecordResult> {
    const field = `${step}:observation`;
    return this.#record(leased, [field, JSON.stringify(observation)], { expectedField: `${step}:action` });
  }

  /**
   * Ends a query, tells waiting clients, and starts its retention.
   *
   * @returns the end that counts: an earlier one, if there is one.
   */
  async end(queryId: string, outcome: Outcome): Promise<{ end: End; isNew: boolean }> {
    const end: End = { outcome: redactOutcome(outcome), finished_at: Date.now() };
    const earlier = await END_QUERY.run(
      this.#redis,
      [transcriptKey(queryId), DUE_KEY],
      [JSON.stringify(end), queryId, this.#retentionSeconds],
    );
    if (typeof earlier !== "string") return { end, isNew: true };
    return { end: readRecord(endSchema, earlier) ?? end, isNew: false };
  }

  async #record(leased: LeasedJob, fields: readonly string[], options: RecordOptions): Promise<RecordResult> {
    const { queryId, jobKey, token } = leased;
    const { expectedField, pendingResult, turns = "", isLast = false, usage } = options;
    const { tenant } = leased.job;
    const day = dayOf(Date.now());
    const reply = await RECORD_STEP.run(
      this.#redis,
      [
        ...[transcriptKey(queryId), jobKey, DUE_KEY, usageKey(day, tenant), USAGE_DAYS_KEY],
        budgetKey(leased.job.flow ?? ""),
      ],
      [
        ...[token, expectedField, pendingResult?.part ?? "", pendingResult?.field ?? "", turns],
        ...(isLast ? [queryId, this.#retentionSeconds] : ["", ""]),
        ...(usage
          ? [usageMember(leased.job), usage.prompt_tokens, usage.completion_tokens, `${day} ${tenant}`]
          : ["", 0, 0, ""]),
        leased.job.budget_field ?? "",
        ...fields,
      ],
    );
    if (reply === 1) return "recorded";
    return reply === 0 ? "void" : "lock_lost";
  }
}

/** The caller reads why a query failed, and the message may quote anything. */
function redactOutcome(outcome: Outcome): Outcome {
  if (outcome.status !== "failed") return outcome;
  const { error } = outcome;
  return { ...outcome, error: { ...error, message: redact(error.message) } };
}

/** What recording a step needs besides its fields. */
interface RecordOptions {
  /** The field that must exist; '' for none. */
  readonly expectedField: string;
  /** Removed from the job by the record. Default: none. */
  readonly pendingResult?: ChildResult | undefined;
  /** Number of the query's turns, if a turn is recorded. */
  readonly turns?: number;
  /** What the turn has used. Default: nothing. */
  readonly usage?: Turn["usage"];
  /** Whether the query ends by this. Default: false. */
  readonly isLast?: boolean;
}

/**
 * The transcript in the fields of a hash; other fields are ignored. A transcript counts up to the first field
 * that cannot be read: nobody can continue the query after that, so it has failed.
 */
export function parseTranscript(fields: Readonly<Record<string, string>>): StoredTranscript {
  const end = readRecord(endSchema, fields.end);
  const steps: Step[] = [];
  for (let step = 0; ; step++) {
    const action = fields[`${step}:action`];
    if (action === undefined) break;
    const recorded = fields[`${step}:observation`];
    const turn = readRecord(turnSchema, action);
    const observation = readRecord(observationSchema, recorded);
    if (!turn || (recorded !== undefined && !observation)) {
      return end ? { steps, end } : damagedTranscript(steps, `step ${step}`);
    }
    steps.push({ turn, observation });
  }
  return end || fields.end === undefined ? { steps, end } : damagedTranscript(steps, "its end");
}

/** A transcript that cannot be read after `steps`. */
export function damagedTranscript(steps: readonly Step[], where: string): StoredTranscript {
  const message = `The query's record in Redis is damaged: ${where} cannot be read.`;
  const outcome: Outcome = { status: "failed", error: { code: "internal_error", message } };
  return { steps, end: { outcome, finished_at: Date.now() }, isDamaged: true };
}

/** Whether the last turn has no observation yet: the result of its tool call, if it made one, may be with the job. */
export function awaitsObservation({ steps, end }: Transcript): boolean {
  const last = steps.at(-1);
  return last !== undefined && !last.observation && end?.outcome.status !== "completed";
}
