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
import { DUE_KEY, transcriptKey } from "../queries/query-keys.js";
import { type ChildResult, FAILED, findChildFailure, findChildResult, PROCESSED } from "./child-results.js";
import { END_QUERY, FIELDS_FROM, RECORD_STEP } from "./transcript-scripts.js";

/** The job that a worker holds, as far as recording a step needs it. */
export interface LeasedJob {
  readonly queryId: string;
  readonly job: AgentJob;
  /** BullMQ's key of the query's job. */
  readonly jobKey: string;
  /** The token under which the worker took the job. */
  readonly token: string;
}

/** What a worker knows of a query, besides what stands in its transcript. */
export interface TranscriptSnapshot {
  /** With the observation that has come and is not recorded yet, if there is one. */
  readonly transcript: StoredTranscript;
  /** That observation, which is still with the query's job. */
  readonly pendingResult: ChildResult | undefined;
}

/** A transcript as it stands in Redis. */
export interface StoredTranscript extends Transcript {
  /** A field cannot be read, and the query has failed by it: `end` says so, but does not stand anywhere. */
  readonly isDamaged?: boolean;
}

/** What a worker records at once, behind `before` as it knows it. */
export interface NewStep {
  readonly step: number;
  readonly turn: Turn;
  readonly before: TranscriptSnapshot;
  /** The end that the turn brings. */
  readonly end: End | undefined;
}

/** What became of a record: written; void because the field stands, the query has ended or the step before is lost; void for want of the lock. */
export type RecordResult = "recorded" | "void" | "lock_lost";

/**
 * The transcripts of queries: one hash a query, with a field for each turn (`0:action`), each
 * observation (`0:observation`) and the end (`end`), besides the `model` whose queue holds the job and the
 * `tenant` in whose index it stands.
 *
 * Invariant: every field is written once, and a step only by the worker that holds the job's lock. A
 * worker that was stopped long enough to lose its lock can finish nothing that another has taken over.
 */
export class TranscriptStore {
  readonly #redis: Redis;
  readonly #retentionSeconds: number;

  constructor(options: { redis: Redis; retentionSeconds: number }) {
    this.#redis = options.redis;
    this.#retentionSeconds = options.retentionSeconds;
  }

  /** @param jobKey BullMQ's key of the query's job, which holds what its tool answered last. */
  async read(queryId: string, jobKey: string): Promise<TranscriptSnapshot> {
    // The job first: a result that leaves it in between stands in the transcript then.
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
    });
  }

  /** Records the observation of a tool that ran in the worker itself. */
  async recordObservation(leased: LeasedJob, step: number, observation: Observation): Promise<RecordResult> {
    const field = `${step}:observation`;
    return this.#record(leased, [field, JSON.stringify(observation)], { expectedField: `${step}:action` });
  }

  /**
   * Ends a query, tells those who wait for it, and starts the time for which it is kept.
   * Returns the end that stands, which is an earlier one if there was one.
   */
  async end(queryId: string, outcome: Outcome): Promise<{ end: End; isNew: boolean }> {
    const end: End = { outcome: redactOutcome(outcome), finished_at: Date.now() };
    const stands = await END_QUERY.run(
      this.#redis,
      [transcriptKey(queryId), DUE_KEY],
      [JSON.stringify(end), queryId, this.#retentionSeconds],
    );
    if (typeof stands !== "string") return { end, isNew: true };
    return { end: readRecord(endSchema, stands) ?? end, isNew: false };
  }

  async #record(leased: LeasedJob, fields: readonly string[], options: RecordOptions): Promise<RecordResult> {
    const { queryId, jobKey, token } = leased;
    const { expectedField, pendingResult, turns = "", isLast = false } = options;
    const last = FIELDS_FROM - 1 + fields.length;
    const result = [pendingResult?.part ?? "", pendingResult?.field ?? ""];
    const reply = await RECORD_STEP.run(
      this.#redis,
      [transcriptKey(queryId), jobKey, ...(isLast ? [DUE_KEY] : [])],
      [
        token,
        expectedField,
        ...result,
        turns,
        last,
        ...fields,
        ...(isLast ? [queryId, this.#retentionSeconds] : []),
      ],
    );
    if (reply === 1) return "recorded";
    return reply === 0 ? "void" : "lock_lost";
  }
}

/** Why a query failed is told to its caller; whoever made the message may have repeated anything. */
function redactOutcome(outcome: Outcome): Outcome {
  if (outcome.status !== "failed") return outcome;
  const { error } = outcome;
  return { ...outcome, error: { ...error, message: redact(error.message) } };
}

/** What recording a step takes into account besides its fields. */
interface RecordOptions {
  /** The field that must stand before; '' for none. */
  readonly expectedField: string;
  readonly pendingResult?: ChildResult | undefined;
  /** Of the query, if a turn is recorded. */
  readonly turns?: number;
  /** The query ends by this. */
  readonly isLast?: boolean;
}

/**
 * The transcript in the fields of a hash; fields that are not the transcript's are ignored. A query goes as
 * far as its transcript can be read: behind that nobody can go on with it, and it has failed.
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

/** A transcript that cannot be read from somewhere on. */
export function damagedTranscript(steps: readonly Step[], where: string): StoredTranscript {
  const message = `The query's record in Redis is damaged: ${where} cannot be read.`;
  const outcome: Outcome = { status: "failed", error: { code: "internal_error", message } };
  return { steps, end: { outcome, finished_at: Date.now() }, isDamaged: true };
}

/** Whether a transcript ends in a turn whose tool call, if it is one, may still have to be read. */
export function awaitsObservation({ steps, end }: Transcript): boolean {
  const last = steps.at(-1);
  return last !== undefined && !last.observation && end?.outcome.status !== "completed";
}
