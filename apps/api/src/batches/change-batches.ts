import { isTerminal } from "@bullpen/contracts";
import {
  ApiError,
  type BatchView,
  type BulkBatch,
  bulkBatchSchema,
  parseRequest,
  toList,
} from "@bullpen/protocol";
import { type BatchState, statusOf } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { toBatchView } from "./batch-view.js";
import { type BatchChange, cancel, pause, resume, update } from "./change-batch.js";

/** Batches that are changed side by side: storage in a bucket answers in its own time. */
const AT_ONCE = 10;

/** `POST /v1/batches/bulk`: changes all batches that have not ended and pass a filter, newest first. */
export function changeBatches(context: Pick<ApiContext, "batches" | "prices">): RequestHandler {
  return async (request, response) => {
    const wanted = parseRequest(bulkBatchSchema, request.body);
    const change = changeOf(wanted);
    const tenant = tenantOf(request);
    const ids = await activeIds(context, tenant);
    const changed: BatchView[] = [];
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const part = ids
        .slice(start, start + AT_ONCE)
        .map((id) => changeOne(context, { tenant, id }, { wanted, change }));
      changed.push(...(await Promise.all(part)).filter((view) => view !== undefined));
    }
    noteCreated(
      response,
      changed.map(({ id }) => id),
    );
    response.json(toList(changed));
  };
}

/** @throws {ApiError} */
function changeOf({ operation, bullpen }: BulkBatch): BatchChange {
  if (operation === "update") {
    if (bullpen) return update(bullpen);
    throw new ApiError(
      "invalid_request",
      "bullpen: is required for update, and must name what is to change.",
      "bullpen",
    );
  }
  if (bullpen)
    throw new ApiError("invalid_request", `bullpen: is for update only, not for ${operation}.`, "bullpen");
  return { pause, resume, cancel }[operation];
}

/** The batches that have not ended, as users know them. */
async function activeIds(
  { batches }: Pick<ApiContext, "batches" | "prices">,
  tenant: string,
): Promise<string[]> {
  const refs = (await batches.active()).filter((ref) => ref.tenant === tenant);
  const manifests = await Promise.all(refs.map((ref) => batches.manifest(ref)));
  const ids = manifests.flatMap((manifest) => {
    if (!manifest) return [];
    const { id, retry_of } = manifest;
    return [retry_of?.in_place === undefined ? id : retry_of.batch_id];
  });
  return [...new Set(ids)].sort().reverse();
}

async function changeOne(
  context: Pick<ApiContext, "batches" | "prices">,
  ref: { readonly tenant: string; readonly id: string },
  { wanted, change }: { readonly wanted: BulkBatch; readonly change: BatchChange },
): Promise<BatchView | undefined> {
  const state = await context.batches.find(ref);
  if (!state || isTerminal(statusOf(state)) || !passes(state, wanted.filter)) return undefined;
  await change(context, state);
  const changed = await context.batches.find(ref);
  return changed && toBatchView(changed, Date.now(), context.prices);
}

function passes(state: BatchState, { status, paused, metadata }: BulkBatch["filter"]): boolean {
  if (status !== undefined && statusOf(state) !== status) return false;
  if (paused !== undefined && (state.controls.paused_at !== null) !== paused) return false;
  return Object.entries(metadata ?? {}).every(([key, value]) => state.manifest.metadata?.[key] === value);
}
