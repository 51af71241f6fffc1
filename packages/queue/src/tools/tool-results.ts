import {
  type Observation,
  observationSchema,
  type ToolDefinition,
  type ToolJob,
  toolFailure,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";
import type { Job } from "bullmq";
import { PROCESSED } from "../transcripts/child-results.js";
import { TURNS_FIELD } from "../transcripts/transcript-scripts.js";

/** Longer than any call waits for its next attempt. It goes as soon as the query's job has the result. */
const KEPT_SECONDS = 3_600;

/** Where the result of a call stands that must not be made twice. */
export function toolResultKey(jobId: string): string {
  return `${KEY_PREFIX}:tool-result:${jobId}`;
}

/**
 * What has become of a call already, if anything. A call can come again after its result: its worker's
 * command to add it may reach Redis twice when a connection breaks, or late from a worker that has lost
 * the query meanwhile. Only the query's job is asked: its transcript is none of the tool-worker's business.
 */
export async function findOutcome(redis: Redis, job: Job, call: ToolJob): Promise<Observation | undefined> {
  const parent = job.parentKey ?? "";
  const [returned, [turns, finishedOn]] = await Promise.all([
    redis.hget(`${parent}${PROCESSED}`, `${job.queueQualifiedName}:${job.id}`),
    redis.hmget(parent, TURNS_FIELD, "finishedOn"),
  ]);
  const outcome = readRecord(observationSchema, returned);
  if (outcome) return outcome;
  // The turn that called stands last as long as somebody waits for the call.
  const isSettled = Number(turns ?? 0) > call.step + 1 || Boolean(finishedOn);
  return isSettled
    ? { ...toolFailure("the query has gone on without this call."), duration_ms: 0 }
    : undefined;
}

/**
 * Runs a call as its tool's crash policy says. A `rerun` tool is simply run. Of a `reuse` tool the result
 * is recorded as soon as it is there, and an attempt that follows a dead worker's takes it from the
 * record: only a worker that dies before it could write makes the tool run again.
 */
export async function runByPolicy(
  redis: Redis,
  job: Job,
  tool: ToolDefinition,
  run: () => Promise<Observation>,
): Promise<Observation> {
  if (tool.crashPolicy === "rerun" || !job.id) return run();
  const key = toolResultKey(job.id);
  if (job.attemptsStarted > 1) {
    const recorded = readRecord(observationSchema, await readKey(redis.get(key), null));
    if (recorded) return recorded;
  }
  const observation = await run();
  await redis.set(key, JSON.stringify(observation), "EX", KEPT_SECONDS);
  return observation;
}

/** Forgets what {@link runByPolicy} recorded: the call's result is with the query's job. */
export async function forgetResult(redis: Redis, job: Job, tool: ToolDefinition): Promise<void> {
  if (tool.crashPolicy === "reuse" && job.id) await redis.del(toolResultKey(job.id));
}
