import { isTerminal } from "@bullpen/contracts";
import { type BatchRef, type BatchState, statusOf } from "@bullpen/storage";
import type { Request, Response } from "express";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { countedIds, hashOf, type IdSource, idSource } from "../http/idempotent-ids.js";
import { requestIdOf } from "../http/track-requests.js";

/** For this long the same request, without a key, is a retry while its batch has not ended. */
const RETRY_WINDOW_SECONDS = 600;

/** Without an idempotency key the request itself is the key, until the batch has ended. */
export async function batchIds(
  context: Pick<ApiContext, "batches" | "idempotency">,
  request: Request,
  tenant: string,
  body: object,
): Promise<IdSource> {
  return request.get("Idempotency-Key")
    ? idSource(context, request, tenant, body)
    : batchIdsOfBody(context, tenant, body);
}

/** The ids of a batch whose request is the key, whatever else the same HTTP request makes. */
export async function batchIdsOfBody(
  context: Pick<ApiContext, "batches" | "idempotency">,
  tenant: string,
  body: object,
): Promise<IdSource> {
  const fingerprint = hashOf(body);
  const use = { tenant, key: `batch:${fingerprint}`, fingerprint, seconds: RETRY_WINDOW_SECONDS };
  const base = await context.idempotency.base(use);
  const state = await context.batches.find({ tenant, id: countedIds(base)("batch") });
  if (!state || !isTerminal(statusOf(state))) return countedIds(base);
  await context.idempotency.forget(tenant, use.key);
  return countedIds(await context.idempotency.base(use));
}

/** Delivers a batch at once if Redis is there; otherwise the batchers find it in storage. */
export async function deliverBatch(
  context: Pick<ApiContext, "batchQueues" | "logger">,
  { tenant, id }: BatchRef,
  response: Response,
): Promise<void> {
  noteCreated(response, [id]);
  await context.batchQueues.addBatch({ tenant, batch_id: id }).catch((error: unknown) => {
    const line = { err: error, batch: id, request_id: requestIdOf(response) };
    context.logger.warn(line, "a batch waits in storage for its delivery");
  });
}

export function writtenBatch(state: BatchState | undefined, id: string): BatchState {
  if (!state) throw new Error(`${id} was written and is not there`);
  return state;
}
