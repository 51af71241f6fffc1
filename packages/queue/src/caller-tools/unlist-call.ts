import type { Redis } from "@bullpen/redis";
import { CALLS_DUE_KEY, tenantCallsKey, toolCallsKey, UNANNOUNCED_KEY } from "./call-keys.js";
import { readCalls } from "./read-calls.js";

/**
 * Takes the calls of a query that has ended off all lists, and makes them due: the sweep removes a job that does not go
 * with the query. The end is written before: a worker that adds a call after this finds it.
 */
export async function unlistCalls(redis: Redis, tenant: string, queryId: string): Promise<void> {
  const ofTenant = tenantCallsKey(tenant);
  // In the order of bytes a point follows a dash.
  const jobIds = await redis.zrange(ofTenant, `[${queryId}-`, `(${queryId}.`, "BYLEX");
  for (const waiting of await readCalls(redis, jobIds)) {
    if (!waiting) continue;
    const { jobId, call } = waiting;
    await redis
      .multi()
      .zrem(toolCallsKey(tenant, call.tool_name), jobId)
      .zrem(ofTenant, jobId)
      .zrem(UNANNOUNCED_KEY, jobId)
      .zadd(CALLS_DUE_KEY, 0, jobId)
      .exec();
  }
}
