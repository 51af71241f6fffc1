import {
  type AgentJob,
  type End,
  endSchema,
  type Observation,
  type Outcome,
  observationSchema,
  PRIORITY,
  type Step,
  type Transcript,
  type Turn,
  toolJobId,
  turnSchema,
} from "@bullpen/contracts";
import type { Redis } from "ioredis";
import { z } from "zod";
import { KEY_PREFIX } from "./connection.js";
import { fairShareKey, flowOf, workOf } from "./fair-share.js";
import { LuaScript } from "./lua-script.js";
import { RETIRED_KEY } from "./retention.js";
import { toolResultKey } from "./tool-results.js";

/** The job that a worker holds, as far as recording a step needs it. */
export interface HeldJob {
  readonly queryId: string;
  /** BullMQ's key of the query's job. */
  readonly jobKey: string;
  /** The token under which the worker took the job. */
  readonly token: string;
  readonly model: string;
  /** Its place in the shares of the model; virtual time has come this far when its first turn is done. */
  readonly virtualStart: number;
}

/** What a query that ends has cost, to put right what its tenant was charged. */
export interface FinishedWork {
  readonly job: AgentJob;
  readonly session: { readonly transcript: Transcript };
}

/** What became of a record: written; void because the field stands, the query has ended or the step before is lost; void for want of the lock. */
export type RecordResult = "recorded" | "void" | "lock_lost";

/**
 * Records one step, once, for whoever holds the job's lock.
 *
 * KEYS: transcript, job, job's lock, job's processed children, job's failed children, fair share,
 *       the tool's own record of the result
 * ARGV: field, value, lock token, priority of resumed queries, key of the child that is settled or '',
 *       virtual start of the query, or '' when this is not its first turn,
 *       the field that was recorded before this one, or '' for the first
 * Returns 1 recorded, 0 void, -1 the lock is not the caller's.
 *
 * A query that has said something goes ahead of every fresh one from here on, and the virtual time of
 * its model has come as far as its place.
 *
 * The field before must stand: after Redis has lost the tail of its log, the caller may know steps that
 * the transcript no longer has, and under the same lock token.
 *
 * A settled child leaves its parent: the observation stands in the transcript from here on, and the
 * parent would otherwise carry, and every settling read, all results of all earlier steps.
 */
const RECORD_STEP = new LuaScript(`
if redis.call('GET', KEYS[3]) ~= ARGV[3] then return -1 end
if redis.call('HEXISTS', KEYS[1], 'end') == 1 then return 0 end
if ARGV[7] ~= '' and redis.call('HEXISTS', KEYS[1], ARGV[7]) == 0 then return 0 end
local recorded = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
if ARGV[5] ~= '' then
  redis.call('HDEL', KEYS[4], ARGV[5])
  redis.call('HDEL', KEYS[5], ARGV[5])
  redis.call('DEL', KEYS[7])
else
  redis.call('HSET', KEYS[2], 'priority', ARGV[4])
end
if ARGV[6] ~= '' and tonumber(ARGV[6]) > tonumber(redis.call('HGET', KEYS[6], 'now') or 0) then
  redis.call('HSET', KEYS[6], 'now', ARGV[6])
end
return recorded
`);

/**
 * Ends a query, once.
 *
 * KEYS: transcript, deadlines, fair share, retired queries
 * ARGV: the end, query id, seconds to keep the query, channel, flow, work done, work charged, flows of the
 *       tenant
 * Returns false when this is the end, else the one that stands.
 *
 * The flow's average follows its queries (a tenth of each), and what the query cost more or less than
 * it was charged moves the place of the flow's next one.
 */
const END_QUERY = new LuaScript(`
local stands = redis.call('HGET', KEYS[1], 'end')
if stands then return stands end
redis.call('HSET', KEYS[1], 'end', ARGV[1])
local owner = redis.call('HMGET', KEYS[1], 'model', 'tenant')
if owner[1] then
  local retired = redis.call('TIME')[1] + ARGV[3]
  redis.call('ZADD', KEYS[4], retired, owner[1] .. ' ' .. (owner[2] or 'default') .. ' ' .. ARGV[2])
end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('PUBLISH', ARGV[4], '')
local work, charged = tonumber(ARGV[6]), tonumber(ARGV[7])
if work > 0 then
  local cost = tonumber(redis.call('HGET', KEYS[3], 'cost:' .. ARGV[5]) or work)
  redis.call('HSET', KEYS[3], 'cost:' .. ARGV[5], string.format('%.6f', 0.9 * cost + 0.1 * work))
  redis.call('HINCRBYFLOAT', KEYS[3], 'finish:' .. ARGV[5], string.format('%.6f', work * ARGV[8] - charged))
end
return false
`);

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

  async read(queryId: string): Promise<Transcript> {
    return parseTranscript(await this.#redis.hgetall(transcriptKey(queryId)));
  }

  /** @param before the step before this one, as the caller knows it. */
  async recordTurn(held: HeldJob, step: number, turn: Turn, before: Step | undefined): Promise<RecordResult> {
    const virtualStart = step === 0 ? held.virtualStart : "";
    const after = before ? `${step - 1}:${before.observation ? "observation" : "action"}` : "";
    return this.#record(held, `${step}:action`, turn, { step, childKey: "", virtualStart, after });
  }

  /** @param childKey the key under which the parent holds the result of the step's child job. */
  async recordObservation(
    held: HeldJob,
    step: number,
    observation: Observation,
    childKey: string,
  ): Promise<RecordResult> {
    const after = `${step}:action`;
    return this.#record(held, `${step}:observation`, observation, {
      step,
      childKey,
      virtualStart: "",
      after,
    });
  }

  /**
   * Ends a query, tells those who wait for it, and starts the time for which it is kept.
   * Returns the end that stands, which is an earlier one if there was one.
   */
  async end(queryId: string, outcome: Outcome, work?: FinishedWork): Promise<{ end: End; isNew: boolean }> {
    const end: End = { outcome, finished_at: Date.now() };
    const { model = "", virtual_cost = 0, flows = 1 } = work?.job ?? {};
    const done = work?.session.transcript.steps.reduce((sum, step) => sum + workOf(step.turn.usage), 0) ?? 0;
    const stands = await END_QUERY.run(
      this.#redis,
      [transcriptKey(queryId), DEADLINES_KEY, fairShareKey(model), RETIRED_KEY],
      [
        JSON.stringify(end),
        queryId,
        this.#retentionSeconds,
        endedChannel(queryId),
        work ? flowOf(work.job) : "",
        done,
        virtual_cost,
        flows,
      ],
    );
    if (typeof stands !== "string") return { end, isNew: true };
    return { end: endSchema.parse(JSON.parse(stands)), isNew: false };
  }

  async #record(held: HeldJob, field: string, value: object, settled: Settled): Promise<RecordResult> {
    const { queryId, jobKey, token, model } = held;
    const reply = await RECORD_STEP.run(
      this.#redis,
      [
        transcriptKey(queryId),
        jobKey,
        `${jobKey}:lock`,
        `${jobKey}:processed`,
        `${jobKey}:failed`,
        fairShareKey(model),
        toolResultKey(toolJobId(queryId, settled.step)),
      ],
      [
        field,
        JSON.stringify(value),
        token,
        PRIORITY.resumed,
        settled.childKey,
        settled.virtualStart,
        settled.after,
      ],
    );
    return z
      .union([z.literal(1), z.literal(0), z.literal(-1)])
      .transform(toRecordResult)
      .parse(reply);
  }
}

/** What recording a step settles besides, and what must stand before it; '' for nothing. */
interface Settled {
  readonly step: number;
  readonly childKey: string;
  readonly virtualStart: number | "";
  readonly after: string;
}

function toRecordResult(reply: 1 | 0 | -1): RecordResult {
  if (reply === 1) return "recorded";
  return reply === 0 ? "void" : "lock_lost";
}

/** Queries that have not ended, by the time at which they expire. */
export const DEADLINES_KEY = `${KEY_PREFIX}:deadlines`;

export function transcriptKey(queryId: string): string {
  return `${KEY_PREFIX}:transcript:${queryId}`;
}

/** The channel on which a query's end is announced. Lossy: whoever waits must also look. */
export function endedChannel(queryId: string): string {
  return `${KEY_PREFIX}:ended:${queryId}`;
}

/** The transcript in the fields of a hash; fields that are not the transcript's are ignored. */
export function parseTranscript(fields: Readonly<Record<string, string>>): Transcript {
  const steps: Step[] = [];
  for (let step = 0; ; step++) {
    const turn = fields[`${step}:action`];
    if (turn === undefined) break;
    const observation = fields[`${step}:observation`];
    steps.push({
      turn: turnSchema.parse(JSON.parse(turn)),
      observation: observation === undefined ? undefined : observationSchema.parse(JSON.parse(observation)),
    });
  }
  const end = fields.end === undefined ? undefined : endSchema.parse(JSON.parse(fields.end));
  return { steps, end };
}
