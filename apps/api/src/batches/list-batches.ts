import { type BatchView, parseRequest } from "@bullpen/contracts";
import { toBatchView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.js";
import { pageIds, pageSettings } from "../http/paging.js";
import { tenantOf } from "../tenant.js";

const querySchema = z.object(pageSettings("batch", 20, 100));

/** `GET /v1/batches?after&limit`: newest first; the next page is `after=last_id`. */
export function listBatches(context: Pick<ApiContext, "batches">): RequestHandler {
  return async (request, response) => {
    const { after, limit } = parseRequest(querySchema, request.query);
    const tenant = tenantOf(request);
    const ids = pageIds(await context.batches.ids(tenant), "desc", after);
    const data: BatchView[] = [];
    let looked = 0;
    for (const id of ids) {
      if (data.length === limit) break;
      looked++;
      const state = await context.batches.find({ tenant, id });
      if (state) data.push(toBatchView(state, Date.now()));
    }
    response.json({
      object: "list",
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: looked < ids.length,
    });
  };
}
