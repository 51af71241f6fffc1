import type { BatchStatus } from "@bullpen/contracts";
import { type BatchView, listBatchesParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { pageIds } from "../http/paging.js";
import { toBatchView } from "./batch-view.js";
import { isHidden } from "./find-batch.js";

/** Batches that one request searches for a rare status; `last_id` then tells where to continue. */
const MAX_SCANNED = 500;
/** Batches that are read side by side: storage in a bucket answers in its own time. */
const AT_ONCE = 10;

/** `GET /v1/batches?status&after&limit`: newest first; the next page is `after=last_id`. */
export function listBatches(context: Pick<ApiContext, "batches" | "prices">): RequestHandler {
  return async (request, response) => {
    const { status, after, limit } = parseRequest(listBatchesParameters, request.query);
    const tenant = tenantOf(request);
    const ids = pageIds(await context.batches.ids(tenant), "desc", after);
    const data: BatchView[] = [];
    let read = 0;
    while (read < Math.min(ids.length, MAX_SCANNED) && data.length < limit) {
      const some = ids.slice(read, read + Math.min(AT_ONCE, limit - data.length));
      data.push(...(await readViews(context, tenant, some, status)));
      read += some.length;
    }
    response.json(toPage(data, read < ids.length, status === undefined ? undefined : ids[read - 1]));
  };
}

async function readViews(
  context: Pick<ApiContext, "batches" | "prices">,
  tenant: string,
  ids: readonly string[],
  status: BatchStatus | undefined,
): Promise<BatchView[]> {
  const states = await Promise.all(ids.map((id) => context.batches.find({ tenant, id })));
  const views = states.flatMap((state) =>
    state && !isHidden(state) ? [toBatchView(state, Date.now(), context.prices)] : [],
  );
  return status === undefined ? views : views.filter((view) => view.status === status);
}
