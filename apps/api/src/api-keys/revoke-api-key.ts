import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { findApiKey } from "./find-api-key.js";
import { viewApiKey } from "./view-api-key.js";

/** `POST /v1/api_keys/{id}/revoke`: every process refuses the key within seconds. */
export function revokeApiKey({ accessKeys }: Pick<ApiContext, "accessKeys">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const revoked = await accessKeys.revoke(await findApiKey(accessKeys, request.params.id));
    response.json(await viewApiKey(accessKeys, revoked));
  };
}
