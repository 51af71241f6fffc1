import type { LanguageModel } from "@bullpen/contracts";
import {
  AgentQueues,
  AgentWorker,
  type EndedRecord,
  logFailedAttempts,
  ModelRegistry,
  QuerySweep,
  ToolRegistry,
  WorkerRegistry,
} from "@bullpen/queue";
import { checkRedis, openRedis, type Redis } from "@bullpen/redis";
import {
  CLOSE_SECONDS,
  closeServer,
  createHealthServer,
  createMetrics,
  type Logger,
  listen,
  processName,
  type Running,
  stopInOrder,
} from "@bullpen/runtime";
import { startTracing, type Tracing } from "@bullpen/tracing";
import type { Env } from "./env.js";
import { GpuMonitor } from "./gpu-monitor.js";
import { createQueryHandler } from "./handle-query.js";
import { type LoadedModel, loadModel } from "./load-model.js";
import { registerServerMetrics } from "./server-metrics.js";
import { startHeartbeat } from "./start-heartbeat.js";
import { watchTools } from "./watch-tools.js";
import { createWorkerMetrics } from "./worker-metrics.js";

/**
 * Starts a worker: Redis, model, health server, then the queue.
 *
 * @param gpuIds the GPUs that it sees, as `CUDA_VISIBLE_DEVICES` names them.
 */
export async function startWorker(env: Env, logger: Logger, gpuIds: readonly string[]): Promise<Running> {
  const { redis, onError } = await openRedis({ settings: env, whenAway: "wait", logger });
  const metricsRegistry = createMetrics("worker");
  const gpus = await GpuMonitor.start({
    gpus: gpuIds,
    registry: metricsRegistry,
    onError: (error) => logger.debug({ err: error }, "the GPUs' figures"),
  });
  const model = await loadModel(env, logger, { ids: gpuIds, names: gpus.names });
  const metrics = createWorkerMetrics(metricsRegistry, model);
  if (model.servers) registerServerMetrics(metricsRegistry, model.servers);
  const checkReady = async () => void (await Promise.all([checkRedis(redis), model.checkReady?.()]));
  const server = createHealthServer({ env, metrics: metricsRegistry, checkReady });
  const url = await listen(server, env.HOST, env.WORKER_PORT, "WORKER_PORT");
  const stopRegistering = await keepRegistered(redis, model);
  const tools = new ToolRegistry({ redis });
  const tracing = await startTracing({ env, app: "worker", logger, tools });
  const stopWatching = watchTools({ tools, model, logger });
  const worker = await AgentWorker.start({
    redis,
    model: model.name,
    concurrency: model.slots + queriesInAdvance(model),
    retentionSeconds: env.RETENTION_SECONDS,
    name: processName(),
    handle: createQueryHandler({ model, metrics, tools, tracing }),
    onEnd: tellEnd(logger, tracing),
    onError,
    onFailedAttempt: logFailedAttempts(logger, onError),
  });
  const stopBeating = startHeartbeat({
    workers: new WorkerRegistry({ redis }),
    model,
    engine: model.servers ? "openai" : "llama.cpp",
    metrics,
    gpus,
  });
  const retentionSeconds = env.RETENTION_SECONDS;
  const queues = new AgentQueues({ redis, retentionSeconds, onEnd: tracing?.queryEnded });
  const sweep = new QuerySweep({ queues, onError });
  return {
    ...{ url, kill: () => model.kill?.(), closeSeconds: CLOSE_SECONDS + (model.closeSeconds ?? 0) },
    stop: stopInOrder([
      () => worker.stop(env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => sweep.stop(),
      () => queues.close(),
      stopBeating,
      stopRegistering,
      stopWatching,
      () => gpus.stop(),
      () => closeServer(server),
      async () => tracing?.stop(),
      () => model.close(),
      async () => redis.disconnect(),
    ]),
  };
}

/** One more query for so many slots. */
const SLOTS_FOR_ONE_IN_ADVANCE = 8;

/**
 * Queries that a worker takes beyond its slots. A query keeps its place in the worker while its turn is written to Redis;
 * without others that wait for the slot a server would do nothing in that time. A model in this process has the time
 * itself: its slots share one step.
 */
function queriesInAdvance({ slots, servers }: LoadedModel): number {
  return servers ? Math.floor(slots / SLOTS_FOR_ONE_IN_ADVANCE) : 0;
}

/** Lets the model be named by queries; the function returned ends it. */
async function keepRegistered(
  redis: Redis,
  { name, contextTokens }: LanguageModel,
): Promise<() => Promise<void>> {
  return new ModelRegistry(redis).keepRegistered({ name, context_tokens: contextTokens });
}

/** What follows from the end of a query in this worker: its trace and its line in the log, without texts. */
function tellEnd(logger: Logger, tracing: Tracing | undefined): (query: EndedRecord) => void {
  return (query) => {
    tracing?.queryEnded(query);
    const { id, job, outcome, transcript, createdAt, finishedAt } = query;
    const line = {
      query: id,
      ...(job.class === "batch" && { batch: job.flow }),
      status: outcome.status,
      ...(outcome.status === "failed" && { code: outcome.error.code }),
      turns: transcript.steps.length,
      ms: finishedAt - createdAt,
    };
    if (outcome.status === "failed") logger.info(line, "a query failed");
    else logger.debug(line, "a query ended");
  };
}
