import { BacklogReader, QuerySweep } from "@bullpen/queue";
import {
  closeServer,
  createHttpServer,
  type Logger,
  listen,
  type Running,
  stopInOrder,
} from "@bullpen/runtime";
import { createApp } from "./create-app.js";
import type { Env } from "./env.js";
import { refuseSlow } from "./http/refuse-slow.js";
import { addSharedStateMetrics } from "./metrics/shared-state-metrics.js";
import { openContext } from "./open-context.js";

/** Starts the api: storage, Redis, then the HTTP server. */
export async function startApi(env: Env, logger: Logger): Promise<Running> {
  const stopping = new AbortController();
  const context = await openContext(env, logger, stopping.signal);
  const { redis, queues, batchQueues, webhookQueue, endWaiter, answers, callerCalls, tracing } = context;
  const backlog = new BacklogReader({ redis, defaultModel: context.defaultModel });
  addSharedStateMetrics(context.metrics, { backlog, workers: context.workers, memory: context.memory });
  const sweep = new QuerySweep({ queues, onError: (error) => logger.debug({ err: error }, "query sweep") });
  context.usage.start((error) => logger.debug({ err: error }, "usage could not be stored"));
  context.history.start((error) => logger.debug({ err: error }, "history could not be recorded"));
  const server = createHttpServer({
    listener: createApp(context),
    keepAliveSeconds: env.KEEP_ALIVE_SECONDS,
    refuseSlow,
  });
  // No "100 Continue" before the body is wanted: a refused client then sends no body.
  server.on("checkContinue", (request, response) => server.emit("request", request, response));
  const url = await listen(server, env.HOST, env.API_PORT, "API_PORT");
  return {
    url,
    stop: stopInOrder([
      () => {
        stopping.abort(); // waiting requests answer now instead of keeping the server open
        return closeServer(server, env.SHUTDOWN_GRACE_SECONDS * 1_000);
      },
      () => sweep.stop(),
      () => context.audit.stop(),
      () => context.usage.stop(),
      () => context.history.stop(),
      () => queues.close(),
      () => backlog.close(),
      () => batchQueues.close(),
      () => webhookQueue.close(),
      () => answers.close(),
      () => endWaiter.close(),
      () => callerCalls.close(),
      async () => tracing?.stop(),
      async () => redis.disconnect(),
    ]),
  };
}
