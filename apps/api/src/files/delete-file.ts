import type { RequestHandler } from "express";
import type { ApiContext } from "../create-app.js";

/** `DELETE /v1/files/{id}`. A batch that runs on the file has its own copy and goes on. */
export function deleteFile(context: ApiContext): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const record = await context.files.get("default", request.params.id, "id");
    await context.files.remove(record);
    response.json({ id: record.id, object: "file", deleted: true });
  };
}
