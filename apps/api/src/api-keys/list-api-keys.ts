import { toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { viewApiKey } from "./view-api-key.js";

/** `GET /v1/api_keys`: those of all tenants, newest first. */
export function listApiKeys({ accessKeys }: Pick<ApiContext, "accessKeys">): RequestHandler {
  return async (_request, response) => {
    const records = (await accessKeys.list()).reverse();
    response.json(toList(await Promise.all(records.map((record) => viewApiKey(accessKeys, record)))));
  };
}
