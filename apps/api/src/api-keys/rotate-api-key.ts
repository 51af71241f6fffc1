import { ApiError, type ApiKeyWithSecret, parseRequest, rotateApiKeySchema } from "@bullpen/protocol";
import { endOf } from "@bullpen/storage";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { findApiKey } from "./find-api-key.js";
import { viewApiKey } from "./view-api-key.js";

/** `POST /v1/api_keys/{id}/rotate`: a key that may do the same; the old one works until the grace is over. */
export function rotateApiKey({ accessKeys }: Pick<ApiContext, "accessKeys">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { grace_seconds } = parseRequest(rotateApiKeySchema, request.body);
    const old = await findApiKey(accessKeys, request.params.id);
    const end = endOf(old, Date.now());
    if (end !== undefined) {
      throw new ApiError("invalid_request", `id: the key is ${end}. Create another in its place.`, "id");
    }
    const { key, record } = await accessKeys.rotate(old, Date.now() + grace_seconds * 1_000);
    noteCreated(response, [record.id]);
    response.set("cache-control", "no-store");
    response.json({ ...(await viewApiKey(accessKeys, record)), key } satisfies ApiKeyWithSecret);
  };
}
