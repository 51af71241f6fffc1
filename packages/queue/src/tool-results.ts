import {
  type Observation,
  observationSchema,
  type ToolDefinition,
  type ToolJob,
  toolFailure,
} from "@bullpen/contracts";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import { PROCESSED } from "./child-results.js";
import { KEY_PREFIX } from "./connection.js";
import { transcriptKey } from "./transcript-store.js";

/** Longer than any call waits for its next attempt. It goes as soon as the query's job has the result. */
const KEPT_SECONDS = 3_600;

/** Where the result of a call stands that must not be made twice. */
export function toolResultKey(jobId: string): string {
  return `${KEY_PREFIX}:tool-result:${jobId}`;
}

/**
 * What has become of a call already, if anything. A call can come again after its result: its worker's
 * command to add it may reach Redis twice when a connection breaks, or late from a worker that has lost
 * the query meanwhile. Nobody waits for the call of a query that has ended.
 */
export async function findOutcome(redis: Redis, job: Job, call: ToolJob): Promise<Observation | undefined> {
  const [returned, [recorded, end]] = await Promise.all([
    redis.hget(`${job.parentKey}${PROCESSED}`, `${job.queueQualifiedName}:${job.id}`),
    redis.hmget(transcriptKey(call.query_id), `${call.step}:observation`, "end").catch(whenForbidden),
  ]);
  const outcome = returned ?? recorded;
  if (outcome) return observationSchema.parse(JSON.parse(outcome));
  return end ? { ...toolFailure("the query has ended."), duration_ms: 0 } : undefined;
}

/**
 * A tool-worker whose Redis user may read no transcript (infra/redis/tool-worker.acl) goes by the query's job
 * alone: of a call that comes a second time after its result was recorded, it runs the tool again.
 */
function whenForbidden(error: unknown): null[] {
  if (error instanceof Error && error.message.startsWith("NOPERM")) return [null, null];
  throw error;
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
    const recorded = await redis.get(key);
    if (recorded !== null) return observationSchema.parse(JSON.parse(recorded));
  }
  const observation = await run();
  await redis.set(key, JSON.stringify(observation), "EX", KEPT_SECONDS);
  return observation;
}

/** Forgets what {@link runByPolicy} recorded: the call's result is with the query's job. */
export async function forgetResult(redis: Redis, job: Job, tool: ToolDefinition): Promise<void> {
  if (tool.crashPolicy === "reuse" && job.id) await redis.del(toolResultKey(job.id));
}
