import { type CallerCall, toolJobId } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { Job } from "bullmq";
import { transcriptKey } from "../queries/query-keys.js";
import type { QueuePool } from "../queue-pool.js";
import {
  CALLER_TOOLS_QUEUE,
  CALLS_DUE_KEY,
  callJobKey,
  tenantCallsKey,
  toolCallsKey,
  UNANNOUNCED_KEY,
} from "./call-keys.js";
import { callChannel, LIST_CALL } from "./call-scripts.js";

/** Any priority: BullMQ then keeps the job in a sorted set, from which one of many is removed quickly. */
const PRIORITY = 1;

/**
 * Adds a call of the caller's own tool as a child of its query's job, and lists it as waiting. Adding it again while it
 * exists changes nothing: a worker that dies between the two is followed by one that does both.
 */
export async function addCall(
  { redis, queues }: { readonly redis: Redis; readonly queues: QueuePool },
  parent: Job,
  call: CallerCall,
): Promise<void> {
  const jobId = toolJobId(call.query_id, call.step);
  await queues.get(CALLER_TOOLS_QUEUE).add(call.tool_name, call, {
    jobId,
    parent: { id: call.query_id, queue: parent.queueQualifiedName },
    ignoreDependencyOnFailure: true,
    priority: PRIORITY,
  });
  const { tenant, tool_name: tool, timeout_seconds: timeout } = call;
  await LIST_CALL.run(
    redis,
    [
      ...[callJobKey(jobId), toolCallsKey(tenant, tool), tenantCallsKey(tenant), CALLS_DUE_KEY],
      ...[UNANNOUNCED_KEY, transcriptKey(call.query_id)],
    ],
    [jobId, timeout === undefined ? "" : timeout * 1_000, callChannel(tenant), tool],
  );
}
