import type { Express, RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { addRoute } from "../http/add-route.js";
import { createApiKey } from "./create-api-key.js";
import { listApiKeys } from "./list-api-keys.js";
import { revokeApiKey } from "./revoke-api-key.js";
import { rotateApiKey } from "./rotate-api-key.js";

/** The keys of all tenants, for keys of the role admin. */
export function addApiKeyRoutes(
  app: Express,
  context: Pick<ApiContext, "accessKeys">,
  json: RequestHandler,
): void {
  addRoute(app, "/v1/api_keys", { GET: listApiKeys(context), POST: [json, createApiKey(context)] });
  addRoute(app, "/v1/api_keys/:id/rotate", { POST: [json, rotateApiKey(context)] });
  addRoute(app, "/v1/api_keys/:id/revoke", { POST: revokeApiKey(context) });
}
