import { toBatchView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import type { ApiContext } from "../create-app.js";
import { findBatch } from "./find-batch.js";

/** `GET /v1/batches/{id}` */
export function getBatch(context: ApiContext): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.json(toBatchView(await findBatch(context, "default", request.params.id), Date.now()));
  };
}
