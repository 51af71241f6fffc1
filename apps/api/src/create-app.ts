import type {
  AgentQueues,
  AnswerListener,
  BatchQueues,
  EndWaiter,
  Idempotency,
  ModelRegistry,
  ToolRegistry,
  WebhookQueue,
  WorkerRegistry,
} from "@bullpen/queue";
import { checkRedis, type Redis, type RedisMemory } from "@bullpen/redis";
import { type Logger, type Registry, type RequestGuard, readiness } from "@bullpen/runtime";
import type { BatchStore, FileStore, WebhookStore } from "@bullpen/storage";
import type { AddressGuard } from "@bullpen/webhooks";
import express, { type Express } from "express";
import { cancelBatch } from "./batches/cancel-batch.js";
import { createBatch } from "./batches/create-batch.js";
import { getBatch } from "./batches/get-batch.js";
import { listBatches } from "./batches/list-batches.js";
import { streamResults } from "./batches/stream-results.js";
import type { BodyBudget } from "./body-budget.js";
import { completeChat } from "./chat/complete-chat.js";
import { checkTarget } from "./check-target.js";
import { createFile } from "./files/create-file.js";
import { deleteFile } from "./files/delete-file.js";
import { getFile } from "./files/get-file.js";
import { getFileContent } from "./files/get-file-content.js";
import { listFiles } from "./files/list-files.js";
import { getModel } from "./get-model.js";
import { handleErrors, methodNotAllowed } from "./handle-errors.js";
import { jsonBody, MAX_QUERIES_BYTES, MAX_SETTINGS_BYTES } from "./json-body.js";
import { listModels } from "./list-models.js";
import { listTools } from "./list-tools.js";
import { listWorkers } from "./list-workers.js";
import { cancelQuery } from "./queries/cancel-query.js";
import { getQuery } from "./queries/get-query.js";
import { listQueries } from "./queries/list-queries.js";
import { listQueues } from "./queries/list-queues.js";
import { submitQueries } from "./queries/submit-queries.js";
import { allowOrigins, refuseStrangers } from "./refuse-strangers.js";
import { refuseWhileRedisIsAway } from "./refuse-while-redis-is-away.js";
import { routeNotFound } from "./route-not-found.js";
import { trackRequests } from "./track-requests.js";
import { webhookRoutes } from "./webhooks/webhook-routes.js";

/** What the routes work with. */
export interface ApiContext {
  readonly redis: Redis;
  readonly queues: AgentQueues;
  readonly endWaiter: EndWaiter;
  readonly answers: AnswerListener;
  readonly memory: RedisMemory;
  readonly models: ModelRegistry;
  readonly idempotency: Idempotency;
  readonly files: FileStore;
  readonly batches: BatchStore;
  readonly batchQueues: BatchQueues;
  readonly webhooks: WebhookStore;
  readonly webhookQueue: WebhookQueue;
  /** Where webhooks may go. */
  readonly webhookGuard: AddressGuard;
  /** Largest file that is taken, in bytes. */
  readonly maxFileBytes: number;
  /** What the files of one tenant may take together, in bytes. */
  readonly storageQuotaBytes: number;
  readonly tools: ToolRegistry;
  readonly workers: WorkerRegistry;
  /** The model of queries that name none. It is accepted before any worker has served it. */
  readonly defaultModel: string;
  readonly metrics: Registry;
  readonly logger: Logger;
  /** Memory for request bodies. */
  readonly bodies: BodyBudget;
  /** Who is answered. */
  readonly guard: RequestGuard;
  /** Aborts when the process is told to stop. */
  readonly stopping: AbortSignal;
}

export function createApp(context: ApiContext): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(trackRequests(context.logger));
  app.use(refuseStrangers(context.guard), allowOrigins(context.guard), checkTarget);
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  app.get("/readyz", async (_request, response) => {
    const [status, body] = await readiness(() => checkRedis(context.redis));
    response.status(status).json(body);
  });
  app.get("/metrics", async (_request, response) => {
    response.type(context.metrics.contentType).send(await context.metrics.metrics());
  });
  app.use("/v1", refuseWhileRedisIsAway(context.redis));
  const questions = jsonBody(context.bodies, MAX_QUERIES_BYTES);
  const settings = jsonBody(context.bodies, MAX_SETTINGS_BYTES);
  app
    .route("/v1/queries")
    .post(questions, submitQueries(context))
    .get(listQueries(context))
    .all(methodNotAllowed("GET, POST"));
  app.route("/v1/queries/:id").get(getQuery(context)).all(methodNotAllowed("GET"));
  app.route("/v1/queries/:id/cancel").post(cancelQuery(context)).all(methodNotAllowed("POST"));
  app.route("/v1/chat/completions").post(questions, completeChat(context)).all(methodNotAllowed("POST"));
  app.route("/v1/files").post(createFile(context)).get(listFiles(context)).all(methodNotAllowed("GET, POST"));
  app
    .route("/v1/files/:id")
    .get(getFile(context))
    .delete(deleteFile(context))
    .all(methodNotAllowed("GET, DELETE"));
  app.route("/v1/files/:id/content").get(getFileContent(context)).all(methodNotAllowed("GET"));
  app
    .route("/v1/batches")
    .post(settings, createBatch(context))
    .get(listBatches(context))
    .all(methodNotAllowed("GET, POST"));
  app.route("/v1/batches/:id").get(getBatch(context)).all(methodNotAllowed("GET"));
  app.route("/v1/batches/:id/cancel").post(cancelBatch(context)).all(methodNotAllowed("POST"));
  app.route("/v1/batches/:id/results").get(streamResults(context)).all(methodNotAllowed("GET"));
  app.use("/v1", webhookRoutes(context, settings));
  app.route("/v1/models").get(listModels(context)).all(methodNotAllowed("GET"));
  app.route("/v1/models/*name").get(getModel(context)).all(methodNotAllowed("GET"));
  app.route("/v1/tools").get(listTools(context)).all(methodNotAllowed("GET"));
  app.route("/v1/queues").get(listQueues(context)).all(methodNotAllowed("GET"));
  app.route("/v1/workers").get(listWorkers(context)).all(methodNotAllowed("GET"));
  app.use(routeNotFound);
  app.use(handleErrors);
  return app;
}
