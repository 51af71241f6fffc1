import {
  type End,
  endSchema,
  type Observation,
  type Outcome,
  observationSchema,
  type Step,
  type Transcript,
  type Turn,
  turnSchema,
} from "@bullpen/contracts";
import type { Redis } from "ioredis";
import { KEY_PREFIX } from "./connection.js";

/**
 * The transcripts of queries: one hash a query, with a field for each turn (`0:action`), each
 * observation (`0:observation`) and the end (`end`), besides the `model` whose queue holds the job.
 *
 * Invariant: every field is written once (HSETNX). Of two workers that both believe to hold a query,
 * the first to record a step wins and the other's record is void, whatever happened to its lock.
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

  async recordTurn(queryId: string, step: number, turn: Turn): Promise<void> {
    await this.#redis.hsetnx(transcriptKey(queryId), `${step}:action`, JSON.stringify(turn));
  }

  async recordObservation(queryId: string, step: number, observation: Observation): Promise<void> {
    await this.#redis.hsetnx(transcriptKey(queryId), `${step}:observation`, JSON.stringify(observation));
  }

  /**
   * Ends a query, tells those who wait for it, and starts the time for which its transcript is kept.
   * Returns the end that stands, which is an earlier one if there was one.
   */
  async end(queryId: string, outcome: Outcome): Promise<{ end: End; isNew: boolean }> {
    const key = transcriptKey(queryId);
    const end: End = { outcome, finished_at: Date.now() };
    const isNew = (await this.#redis.hsetnx(key, "end", JSON.stringify(end))) === 1;
    // Also when the end is not new: its writer may have died before the next two commands.
    await this.#redis.expire(key, this.#retentionSeconds, "NX");
    await this.#redis.publish(endedChannel(queryId), "");
    if (isNew) return { end, isNew };
    const stands = await this.#redis.hget(key, "end");
    return { end: stands ? endSchema.parse(JSON.parse(stands)) : end, isNew };
  }
}

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
