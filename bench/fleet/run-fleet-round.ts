import { setTimeout as sleep } from "node:timers/promises";
import { type Script, ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues, AgentWorker, ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";
import { createMetrics } from "@bullpen/runtime";
import { createQueryHandler } from "@bullpen/worker/handle-query";
import { createWorkerMetrics } from "@bullpen/worker/worker-metrics";
import { RETENTION_SECONDS } from "../harness/bullpen.js";
import { startFreshRedis } from "../harness/fresh-redis.js";
import { costBetween, readRedisCost } from "../harness/redis-cost.js";
import { agentJob, callToolOnce, MODEL, OBSERVATION, TOOL } from "../harness/workload.js";
import type { TurnTimes } from "./turn-times.js";

export interface FleetRound {
  readonly workers: number;
  readonly queries_per_s: number;
  /** What the slots would do if nothing but the model took time. */
  readonly wanted_queries_per_s: number;
  readonly redis_cores: number;
  /** CPU of Redis for a query, in microseconds. */
  readonly redis_us: number;
  readonly worker_cores: number;
  /** From a tool's result to the start of the turn that reads it. */
  readonly wait_p50_ms: number;
  readonly wait_p95_ms: number;
  readonly wait_p99_ms: number;
}

interface RoundOptions {
  readonly workers: number;
  readonly slots: number;
  readonly seconds: number;
  readonly turnTimes: TurnTimes;
}

/** Turns of a query: a tool call and the answer. */
const TURNS = 2;
/** Queries that wait beside those in slots, so that no slot is ever without one. */
const WAITING = 500;
const SUBMITTED_TOGETHER = 500;
/** Before the measurement every slot has been used once, as far as this time allows: a fleet takes a while to fill. */
const LONGEST_WARM_UP_MS = 15_000;

export async function runFleetRound({
  workers,
  slots,
  seconds,
  turnTimes,
}: RoundOptions): Promise<FleetRound> {
  const redis = await startFreshRedis();
  const queues = new AgentQueues({ redis: redis.connection, retentionSeconds: RETENTION_SECONDS });
  const counts = { submitted: 0, ended: 0 };
  const waits: number[] = [];
  const script: Script = async (request, ...turn) => {
    const last = request.messages.at(-1)?.content ?? "";
    const written = Number(/written at (\d+)/.exec(last)?.[1]);
    if (written > 0) waits.push(Date.now() - written);
    await sleep(turnTimes.sample());
    return callToolOnce(request, ...turn);
  };
  const running = await startFleet(redis.connection, workers, slots, script, () => counts.ended++);
  let isOver = false;
  const submitting = keepFull(queues, counts, workers * slots + WAITING, () => isOver);
  try {
    await warmUp(counts, workers * slots);
    waits.length = 0;
    const [endedBefore, costBefore] = [counts.ended, await readRedisCost(redis.connection)];
    const [nodeBefore, from] = [process.cpuUsage(), performance.now()];
    await sleep(1_000 * seconds);
    const ended = counts.ended - endedBefore;
    const node = process.cpuUsage(nodeBefore);
    const cost = costBetween(costBefore, await readRedisCost(redis.connection));
    const elapsed = (performance.now() - from) / 1_000;
    const sorted = waits.toSorted((a, b) => a - b);
    const quantile = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
    return {
      workers,
      queries_per_s: ended / elapsed,
      wanted_queries_per_s: (1_000 * workers * slots) / (TURNS * turnTimes.meanMs),
      redis_cores: cost.cpuUs / 1e6 / elapsed,
      redis_us: cost.cpuUs / ended,
      worker_cores: (node.user + node.system) / 1e6 / elapsed,
      wait_p50_ms: quantile(0.5),
      wait_p95_ms: quantile(0.95),
      wait_p99_ms: quantile(0.99),
    };
  } finally {
    isOver = true;
    await submitting;
    await Promise.all(running.map((worker) => worker.stop(0)));
    await queues.close();
    await redis.stop();
  }
}

async function warmUp(counts: { readonly ended: number }, queries: number): Promise<void> {
  const deadline = performance.now() + LONGEST_WARM_UP_MS;
  while (counts.ended < queries && performance.now() < deadline) await sleep(50);
}

async function startFleet(redis: Redis, workers: number, slots: number, script: Script, onEnd: () => void) {
  const tools = new ToolRegistry({ redis });
  const agents = Array.from({ length: workers }, () => {
    const model = new ScriptedModel({ name: MODEL, slots, script });
    const handle = createQueryHandler({
      model,
      metrics: createWorkerMetrics(createMetrics("worker"), model),
      tools,
    });
    return AgentWorker.start({
      redis,
      model: MODEL,
      concurrency: slots,
      retentionSeconds: RETENTION_SECONDS,
      handle: async (query, signal) => {
        const outcome = await handle(query, signal);
        if (outcome !== "suspended") onEnd();
        return outcome;
      },
    });
  });
  const tool = ToolWorker.start({
    redis,
    tool: TOOL,
    concurrency: slots,
    run: async () => ({ observation: `${OBSERVATION} written at ${Date.now()}`, is_error: false }),
  });
  return Promise.all([...agents, tool]);
}

/** Submits as long as fewer than `level` queries are open. */
async function keepFull(
  queues: AgentQueues,
  counts: { submitted: number; ended: number },
  level: number,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    if (counts.submitted - counts.ended >= level) {
      await sleep(10);
      continue;
    }
    const from = counts.submitted;
    await queues.submit(Array.from({ length: SUBMITTED_TOGETHER }, (_, i) => agentJob(from + i)));
    counts.submitted += SUBMITTED_TOGETHER;
  }
}
