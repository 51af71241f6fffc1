import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findFile } from "./find-file.js";

/** `DELETE /v1/files/{id}`. A batch that runs on the file has its own copy and goes on. */
export function deleteFile(context: Pick<ApiContext, "files">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const record = await findFile(context, tenantOf(request), request.params.id, "id");
    await context.files.remove(record);
    response.json({ id: record.id, object: "file", deleted: true });
  };
}
