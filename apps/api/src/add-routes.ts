import type { Express } from "express";
import type { ApiContext } from "./api-context.js";
import { cancelBatch } from "./batches/cancel-batch.js";
import { createBatch } from "./batches/create-batch.js";
import { getBatch } from "./batches/get-batch.js";
import { listBatches } from "./batches/list-batches.js";
import { streamResults } from "./batches/stream-results.js";
import { completeChat } from "./chat/complete-chat.js";
import { createFile } from "./files/create-file.js";
import { deleteFile } from "./files/delete-file.js";
import { getFile } from "./files/get-file.js";
import { getFileContent } from "./files/get-file-content.js";
import { listFiles } from "./files/list-files.js";
import { addRoute } from "./http/add-route.js";
import { jsonBody, MAX_QUERIES_BYTES, MAX_SETTINGS_BYTES } from "./http/json-body.js";
import { getModel } from "./models/get-model.js";
import { listModels } from "./models/list-models.js";
import { listWorkers } from "./models/list-workers.js";
import { cancelQuery } from "./queries/cancel-query.js";
import { getQuery } from "./queries/get-query.js";
import { listQueries } from "./queries/list-queries.js";
import { listQueues } from "./queries/list-queues.js";
import { submitQueries } from "./queries/submit-queries.js";
import { listTools } from "./tools/list-tools.js";
import { addWebhookRoutes } from "./webhooks/add-webhook-routes.js";

/** Every route of the protocol, with the handlers of its methods. */
export function addRoutes(app: Express, context: ApiContext): void {
  const questions = jsonBody(context.bodies, MAX_QUERIES_BYTES);
  const settings = jsonBody(context.bodies, MAX_SETTINGS_BYTES);
  addRoute(app, "/v1/queries", { GET: listQueries(context), POST: [questions, submitQueries(context)] });
  addRoute(app, "/v1/queries/:id", { GET: getQuery(context) });
  addRoute(app, "/v1/queries/:id/cancel", { POST: cancelQuery(context) });
  addRoute(app, "/v1/chat/completions", { POST: [questions, completeChat(context)] });
  addRoute(app, "/v1/files", { GET: listFiles(context), POST: createFile(context) });
  addRoute(app, "/v1/files/:id", { GET: getFile(context), DELETE: deleteFile(context) });
  addRoute(app, "/v1/files/:id/content", { GET: getFileContent(context) });
  addRoute(app, "/v1/batches", { GET: listBatches(context), POST: [settings, createBatch(context)] });
  addRoute(app, "/v1/batches/:id", { GET: getBatch(context) });
  addRoute(app, "/v1/batches/:id/cancel", { POST: cancelBatch(context) });
  addRoute(app, "/v1/batches/:id/results", { GET: streamResults(context) });
  addWebhookRoutes(app, context, settings);
  addRoute(app, "/v1/models", { GET: listModels(context) });
  addRoute(app, "/v1/models/*name", { GET: getModel(context) });
  addRoute(app, "/v1/tools", { GET: listTools(context) });
  addRoute(app, "/v1/queues", { GET: listQueues(context) });
  addRoute(app, "/v1/workers", { GET: listWorkers(context) });
}
