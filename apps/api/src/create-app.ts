import {
  type AgentQueues,
  checkRedis,
  type EndWaiter,
  type ModelRegistry,
  type Redis,
  type RedisMemory,
} from "@bullpen/queue";
import { type Logger, type Registry, readiness } from "@bullpen/runtime";
import express, { type Express } from "express";
import { cancelQuery } from "./cancel-query.js";
import { getQuery } from "./get-query.js";
import { handleErrors, methodNotAllowed, routeNotFound } from "./handle-errors.js";
import { listModels } from "./list-models.js";
import { listQueries } from "./list-queries.js";
import { listQueues } from "./list-queues.js";
import { refuseWhileRedisIsAway } from "./refuse-while-redis-is-away.js";
import { submitQueries } from "./submit-queries.js";

/** What the routes work with. */
export interface ApiContext {
  readonly redis: Redis;
  readonly queues: AgentQueues;
  readonly endWaiter: EndWaiter;
  readonly memory: RedisMemory;
  readonly models: ModelRegistry;
  /** The model of queries that name none. It is accepted before any worker has served it. */
  readonly defaultModel: string;
  readonly metrics: Registry;
  readonly logger: Logger;
  /** Aborts when the process is told to stop. */
  readonly stopping: AbortSignal;
}

/** Largest request body. 1,000 queries of ordinary length take a fraction of it. */
export const MAX_BODY = "16mb";

export function createApp(context: ApiContext): Express {
  const app = express();
  app.disable("x-powered-by");
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  app.get("/readyz", async (_request, response) => {
    const [status, body] = await readiness(() => checkRedis(context.redis));
    response.status(status).json(body);
  });
  app.get("/metrics", async (_request, response) => {
    response.type(context.metrics.contentType).send(await context.metrics.metrics());
  });
  app.use("/v1", refuseWhileRedisIsAway(context.redis));
  app
    .route("/v1/queries")
    .post(express.json({ limit: MAX_BODY, strict: false, type: () => true }), submitQueries(context))
    .get(listQueries(context))
    .all(methodNotAllowed("GET, POST"));
  app.route("/v1/queries/:id").get(getQuery(context)).all(methodNotAllowed("GET"));
  app.route("/v1/queries/:id/cancel").post(cancelQuery(context)).all(methodNotAllowed("POST"));
  app.route("/v1/models").get(listModels(context)).all(methodNotAllowed("GET"));
  app.route("/v1/queues").get(listQueues(context)).all(methodNotAllowed("GET"));
  app.use(routeNotFound);
  app.use(handleErrors(context.logger));
  return app;
}
