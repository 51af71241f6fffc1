import { isTerminal } from "@bullpen/contracts";
import {
  ApiError,
  parseRequest,
  type RetriedBatches,
  type RetryBatches,
  retryBatchesSchema,
} from "@bullpen/protocol";
import { type BatchState, statusOf } from "@bullpen/storage";
import type { Request, RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import { QuotaError } from "../access/quota-error.js";
import { noteCreated } from "../audit/audit-requests.js";
import { pageIds } from "../http/paging.js";
import { toBatchView } from "./batch-view.js";
import { isHidden } from "./find-batch.js";
import { type Retrying, type RetryNeeds, retryState } from "./retry-batch.js";

/** Batches that are read side by side: storage in a bucket answers in its own time. */
const AT_ONCE = 10;

/** `POST /v1/batches/retry`: runs the failed lines of batches that have ended and pass a filter again, newest first. */
export function retryBatches(context: RetryNeeds): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    const { filter, limit, after, codes, in_place } = parseRequest(retryBatchesSchema, request.body);
    const wanted = { in_place, ...(codes && { codes }) };
    const retrying = { request: request as Request, response, principal, wanted, isOneOfMany: true };
    const answer = await retryPassing(context, retrying, { filter, limit, after });
    noteCreated(
      response,
      answer.data.map(({ id }) => id),
    );
    response.json(answer);
  };
}

/** @throws {QuotaError} where not even one batch may be created. */
async function retryPassing(
  context: RetryNeeds,
  retrying: Retrying,
  { filter, limit, after }: Pick<RetryBatches, "filter" | "limit" | "after">,
): Promise<RetriedBatches> {
  const data: RetriedBatches["data"] = [];
  const skipped: RetriedBatches["skipped"] = [];
  let last: string | null = null;
  const answer = (has_more: boolean): RetriedBatches => ({
    ...{ object: "list", data, has_more, last_id: last, skipped },
  });
  for await (const state of passing(context, retrying, { filter, after })) {
    if (data.length === limit) return answer(true);
    const { id } = state.manifest;
    try {
      data.push(toBatchView(await retryState(context, state, retrying), Date.now(), context.prices));
    } catch (error) {
      // What was made is told; the rest comes with the next request.
      if (error instanceof QuotaError && data.length > 0) return answer(true);
      if (error instanceof QuotaError || !(error instanceof ApiError)) throw error;
      const { code, message } = error;
      // Failed lines with other codes alone: it does not pass.
      if (error.param !== "codes") skipped.push({ batch_id: id, code, message });
    }
    last = id;
  }
  return answer(false);
}

/** The batches that have ended with failed lines which no other batch runs or has run, newest first. */
async function* passing(
  { batches }: RetryNeeds,
  { principal: { tenant } }: Retrying,
  { filter, after }: Pick<RetryBatches, "filter" | "after">,
): AsyncGenerator<BatchState> {
  const ids = pageIds(await batches.ids(tenant), "desc", undefined);
  // A batch that runs lines again is newer than the one whose lines they are.
  const retried = new Set<string>();
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    const states = await Promise.all(some.map((id) => readState(batches, { tenant, id }, after)));
    for (const state of states) {
      const { retry_of } = state?.manifest ?? {};
      if (retry_of && retry_of.in_place === undefined) retried.add(retry_of.batch_id);
      if (!state || !("parts" in state)) continue;
      if (!isHidden(state) && !retried.has(state.manifest.id) && passes(state, filter)) yield state;
    }
  }
}

/** Of a batch of an earlier page only its manifest. */
async function readState(
  batches: RetryNeeds["batches"],
  ref: { readonly tenant: string; readonly id: string },
  after: string | undefined,
) {
  if (after === undefined || ref.id < after) return batches.find(ref);
  const manifest = await batches.manifest(ref);
  return manifest && { manifest };
}

function passes(state: BatchState, filter: RetryBatches["filter"]): boolean {
  const { manifest, end } = state;
  const status = statusOf(state);
  if (!isTerminal(status) || !end || end.failed === 0) return false;
  if (filter.status !== undefined && filter.status !== status) return false;
  const created = Math.floor(manifest.created_at / 1_000);
  if (created < (filter.created_after ?? 0)) return false;
  if (created >= (filter.created_before ?? Number.POSITIVE_INFINITY)) return false;
  return Object.entries(filter.metadata ?? {}).every(([key, value]) => manifest.metadata?.[key] === value);
}
