import { type AgentJob, agentJobSchema } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { startTestRedis } from "@bullpen/redis/testing";
import { FairShare } from "../fairness/fair-share.js";
import type { QueryContext } from "../queries/query-context.js";
import { QueuePool } from "../queue-pool.js";
import { TranscriptStore } from "../transcripts/transcript-store.js";

export interface TestQueues extends QueryContext {
  readonly redis: Redis;
  stop(): Promise<void>;
}

/** Everything that functions on queries work with, on a Redis of the test file's own. */
export async function startTestQueues(): Promise<TestQueues> {
  const server = await startTestRedis();
  const { redis } = server;
  const queues = new QueuePool(redis);
  return {
    redis,
    queues,
    transcripts: new TranscriptStore({ redis, retentionSeconds: 600 }),
    fairShare: new FairShare({ redis }),
    stop: async () => {
      await queues.close();
      await server.stop();
    },
  };
}

/** A query's job as the api makes it. */
export function testJob(query: string, overrides: Partial<AgentJob> = {}): AgentJob {
  return agentJobSchema.parse({ model: "m", query, tools: [], sampling: {}, limits: {}, ...overrides });
}
