import { setTimeout as sleep } from "node:timers/promises";
import {
  type AgentJob,
  agentJobSchema,
  CALCULATOR,
  type Outcome,
  type QueryStatus,
} from "@bullpen/contracts";
import { AgentQueues, AgentWorker, type LeasedQuery, ModelRegistry } from "@bullpen/queue";
import { connectRedis } from "@bullpen/redis";

export interface SeededQueries {
  readonly waitingForTool: string;
  readonly completed: string;
  readonly failed: string;
  readonly queued: string;
}

export const QUESTION = "What is the square root of 1764?";

/**
 * Brings one query of `model` into each state in which it can be seen, by way of the real queue: a
 * worker takes three of them as far as they go without tool-workers, then leaves.
 */
export async function seedQueries(redisUrl: string, model: string): Promise<SeededQueries> {
  const redis = await connectRedis({ url: redisUrl, whenAway: "wait" });
  const options = { redis, retentionSeconds: 600 };
  await new ModelRegistry(redis).register({ name: model, context_tokens: 4_096 });
  const queues = new AgentQueues(options);
  const worker = await AgentWorker.start({ ...options, model, concurrency: 4, handle });
  const submit = async (query: string) => {
    const [id] = await queues.submit([job(model, query)]);
    if (!id) throw new Error("submit returns an id for each query");
    return id;
  };
  const completed = await submit("complete");
  const failed = await submit("fail");
  const waitingForTool = await submit(QUESTION);
  await reach(queues, completed, "completed");
  await reach(queues, failed, "failed");
  await reach(queues, waitingForTool, "waiting_for_tool");
  await worker.stop(0);
  const queued = await submit("stay in the queue");
  await queues.close();
  redis.disconnect();
  return { waitingForTool, completed, failed, queued };
}

export async function registerModel(redisUrl: string, name: string): Promise<void> {
  const redis = await connectRedis({ url: redisUrl, whenAway: "wait" });
  await new ModelRegistry(redis).register({ name, context_tokens: 4_096 });
  redis.disconnect();
}

async function handle(query: LeasedQuery): Promise<Outcome | "suspended"> {
  if (query.job.query === "complete") return { status: "completed", answer: "42" };
  if (query.job.query === "fail") {
    return { status: "failed", error: { code: "max_steps", message: "No answer within 10 steps." } };
  }
  const usage = { prompt_tokens: 350, cached_tokens: 0, completion_tokens: 40 };
  const input = "import math\noutput = math.sqrt(1764)";
  const text = `"${CALCULATOR.name}",\n"input": ${JSON.stringify(input)}\n}`;
  await query.log.recordTurn(0, { text, finish_reason: "stop", usage, duration_ms: 120 });
  return query.toolRunner.run({ step: 0, tool: CALCULATOR, input });
}

function job(model: string, query: string): AgentJob {
  return agentJobSchema.parse({ model, query, tools: [CALCULATOR.name], sampling: {}, limits: {} });
}

async function reach(queues: AgentQueues, id: string, status: QueryStatus): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const now = (await queues.find(id))?.status;
    if (now === status) return;
    if (Date.now() > deadline) throw new Error(`${id} should be ${status} and is ${now}`);
    await sleep(20);
  }
}
