import { toFileView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.js";
import { tenantOf } from "../tenant.js";

/** `GET /v1/files/{id}` */
export function getFile(context: Pick<ApiContext, "files">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(toFileView(await context.files.get(tenantOf(request), request.params.id, "id")));
  };
}
