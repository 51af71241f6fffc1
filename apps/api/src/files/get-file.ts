import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { toFileView } from "./file-view.js";
import { findFile } from "./find-file.js";

/** `GET /v1/files/{id}` */
export function getFile(context: Pick<ApiContext, "files">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(toFileView(await findFile(context, tenantOf(request), request.params.id, "id")));
  };
}
