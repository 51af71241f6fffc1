import { type BatchView, listBatchesParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { pageIds } from "../http/paging.js";
import { toBatchView } from "./batch-view.js";

/** `GET /v1/batches?after&limit`: newest first; the next page is `after=last_id`. */
export function listBatches(context: Pick<ApiContext, "batches">): RequestHandler {
  return async (request, response) => {
    const { after, limit } = parseRequest(listBatchesParameters, request.query);
    const tenant = tenantOf(request);
    const ids = pageIds(await context.batches.ids(tenant), "desc", after);
    const data: BatchView[] = [];
    let read = 0;
    for (const id of ids) {
      if (data.length === limit) break;
      read++;
      const state = await context.batches.find({ tenant, id });
      if (state) data.push(toBatchView(state, Date.now()));
    }
    response.json(toPage(data, read < ids.length));
  };
}
