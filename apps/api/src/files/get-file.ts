import { toFileView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import type { ApiContext } from "../create-app.js";

/** `GET /v1/files/{id}` */
export function getFile(context: ApiContext): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(toFileView(await context.files.get("default", request.params.id, "id")));
  };
}
