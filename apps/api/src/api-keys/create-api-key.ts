import { ApiError, type ApiKeyWithSecret, createApiKeySchema, parseRequest } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { viewApiKey } from "./view-api-key.js";

/**
 * `POST /v1/api_keys`: the answer holds the key, which is not shown again. Until the first key exists, whoever reaches
 * the api would make it and lock everybody else out, so that one is made on the machine that has the storage.
 */
export function createApiKey({ accessKeys }: Pick<ApiContext, "accessKeys">): RequestHandler {
  return async (request, response) => {
    const { keyId, tenant: own } = principalOf(request);
    const { tenant, role, name, limits, expires_at } = parseRequest(createApiKeySchema, request.body);
    if (keyId === undefined) {
      const message =
        "No key exists yet. The operator makes the first one with `bullpen keys create --role admin`.";
      throw new ApiError("permission_denied", message);
    }
    const expiresAt = expires_at === undefined ? undefined : expires_at * 1_000;
    if (expiresAt !== undefined && expiresAt <= Date.now()) {
      throw new ApiError("invalid_request", "expires_at: must be a time to come.", "expires_at");
    }
    const { key, record } = await accessKeys.create({ tenant: tenant ?? own, role, name, limits, expiresAt });
    noteCreated(response, [record.id]);
    response.set("cache-control", "no-store");
    response.json({ ...(await viewApiKey(accessKeys, record)), key } satisfies ApiKeyWithSecret);
  };
}
