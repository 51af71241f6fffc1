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

/** Longer than any call waits for its next attempt. The key is removed as soon as the query's job has the result. */
const KEPT_SECONDS = 3_600;

/** The key of the result of a call that must not be made twice. */
export function toolResultKey(jobId: string): string {
  return `${KEY_PREFIX}:tool-result:${jobId}`;
}

/**
 * The observation of a call that has one already. A call can be delivered again after its result: its worker's
 * command to add it may reach Redis twice when a connection breaks, or late from a worker that has lost the query.
 * Only the query's job is read: a tool-worker may not read transcripts.
 */
export async function findOutcome(redis: Redis, job: Job, call: ToolJob): Promise<Observation | undefined> {
  const parent = job.parentKey ?? "";
  const [returned, [turns, finishedOn]] = await Promise.all([
    redis.hget(`${parent}${PROCESSED}`, `${job.queueQualifiedName}:${job.id}`),
    redis.hmget(parent, TURNS_FIELD, "finishedOn"),
  ]);
  const outcome = readRecord(observationSchema, returned);
  if (outcome) return outcome;
  // While the query waits for the call, the turn that made it is the last.
  const isSettled = Number(turns ?? 0) > call.step + 1 || Boolean(finishedOn);
  return isSettled
    ? { ...toolFailure("the query has gone on without this call."), duration_ms: 0 }
    : undefined;
}

/**
 * Runs a call by its tool's crash policy. A `rerun` tool is simply run. The result of a `reuse` tool is recorded at
 * once, and an attempt after a crash takes it from the record: the tool runs again only if the worker crashes
 * before it has written the result.
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

/** Removes what {@link runByPolicy} recorded, when the query's job has the result. */
export async function forgetResult(redis: Redis, job: Job, tool: ToolDefinition): Promise<void> {
  if (tool.crashPolicy === "reuse" && job.id) await redis.del(toolResultKey(job.id));
}
