import { agentQueueName, modelNameSchema, toolJobId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isUnreadable } from "@bullpen/redis/commands";
import { callJobKey } from "../caller-tools/call-keys.js";
import { awaitsObservation, parseTranscript } from "../transcripts/transcript-store.js";
import type { QueryContext } from "./query-context.js";
import { agentJobKey, REMOVED_FIELD, transcriptKey } from "./query-keys.js";
import { type QueryRecord, toRecord } from "./query-record.js";
import { readJob } from "./stored-job.js";

/** The query as it is now; `undefined` when it is unknown, removed, or its job cannot be read. */
export async function findQuery(
  context: Pick<QueryContext, "redis" | "queues" | "transcripts">,
  id: string,
): Promise<QueryRecord | undefined> {
  try {
    return await readQuery(context, id);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

async function readQuery(
  { redis, queues, transcripts }: Pick<QueryContext, "redis" | "queues" | "transcripts">,
  id: string,
): Promise<QueryRecord | undefined> {
  const fields = await redis.hgetall(transcriptKey(id));
  const model = modelNameSchema.safeParse(fields.model).data;
  if (model === undefined || fields[REMOVED_FIELD] !== undefined) return undefined;
  const jobKey = agentJobKey(model, id);
  const recorded = parseTranscript(fields);
  const readTranscript = async () => (await transcripts.read(id, jobKey)).transcript;
  // The job before its state: an end that comes between the two shows in the state. Both are sent together.
  const [job, state] = await Promise.all([
    readJob(redis, jobKey),
    recorded.end ? ("completed" as const) : queues.get(agentQueueName(model)).getJobState(id),
  ]);
  if (!job) return undefined;
  // Until the next turn is recorded, a tool's result is stored with the query's job.
  const transcript = awaitsObservation(recorded) ? await readTranscript() : recorded;
  if (transcript.end) return toRecord(id, job, "completed", transcript);
  if (state !== "completed" && state !== "failed") {
    const record = toRecord(id, job, state, transcript);
    const waits = record.status === "waiting_for_tool" && record.job.tool_mode === "wait";
    return waits && (await isCallersTurn(redis, record)) ? { ...record, status: "requires_action" } : record;
  }
  // The query ended after its transcript was read, or the queue gave it up.
  const transcriptNow = await readTranscript();
  const jobNow = await readJob(redis, jobKey);
  return jobNow && toRecord(id, jobNow, state, transcriptNow);
}

/** Whether the call that a query waits for is one of the caller's own tools. */
async function isCallersTurn(redis: Redis, { id, transcript }: QueryRecord): Promise<boolean> {
  return (await redis.exists(callJobKey(toolJobId(id, transcript.steps.length - 1)))) === 1;
}
