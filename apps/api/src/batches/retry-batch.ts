import { isTerminal, newId } from "@bullpen/contracts";
import {
  ApiError,
  completionWindowSeconds,
  parseRequest,
  type RetryBatch,
  readFailure,
  retryBatchSchema,
} from "@bullpen/protocol";
import {
  type BatchEnd,
  type BatchState,
  type Manifest,
  type Principal,
  readFailures,
  statusOf,
} from "@bullpen/storage";
import type { Request, RequestHandler, Response } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import { refuseTooManyBatches } from "../access/refuse-too-many-batches.js";
import type { ApiContext } from "../api-context.js";
import { findFile } from "../files/find-file.js";
import { idSource, keyOf } from "../http/idempotent-ids.js";
import { traceContextOf } from "../http/trace-requests.js";
import { toBatchView } from "./batch-view.js";
import { resumed } from "./change-batch.js";
import { findBatch } from "./find-batch.js";
import { batchIds, batchIdsOfBody, deliverBatch, writtenBatch } from "./new-batch.js";

export type RetryNeeds = Pick<
  ApiContext,
  "batches" | "prices" | "batchQueues" | "files" | "idempotency" | "logger" | "quotas" | "usage"
>;

/** Codes of other failures that a refusal names. */
const MAX_NAMED_CODES = 10;

export interface Retrying {
  readonly request: Request;
  readonly response: Response;
  readonly principal: Principal;
  readonly wanted: RetryBatch;
  /** Whether the request retries other batches, too: its idempotency key names none of them. */
  readonly isOneOfMany?: boolean;
}

/**
 * `POST /v1/batches/{id}/retry`: runs the failed lines of a batch again, in a batch of their own or in place. The lines
 * are selected by a batcher: what is answered does not wait for the reading of a large input.
 */
export function retryBatch(context: RetryNeeds): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const principal = principalOf(request);
    const wanted = parseRequest(retryBatchSchema, request.body);
    if (wanted.in_place && wanted.metadata) {
      const message = "metadata: is that of a new batch. Leave it out, or leave out in_place.";
      throw new ApiError("invalid_request", message, "metadata");
    }
    const retrying = { request: request as Request, response, principal, wanted }; // a cast: its parameters are read here
    const state = await findBatch(context, principal.tenant, request.params.id);
    const retried = await retryState(context, state, retrying);
    response.json(toBatchView(retried, Date.now(), context.prices));
  };
}

/** @returns the new batch, or the same with its lines running again. @throws {ApiError} */
export function retryState(context: RetryNeeds, state: BatchState, retrying: Retrying): Promise<BatchState> {
  return (retrying.wanted.in_place ? retryInPlace : retryAsNew)(context, state, retrying);
}

async function retryAsNew(context: RetryNeeds, state: BatchState, retrying: Retrying): Promise<BatchState> {
  const { request, principal, wanted } = retrying;
  const { tenant } = principal;
  const body = { retry_of: state.manifest.id, ...wanted };
  const nextId = retrying.isOneOfMany
    ? await batchIdsOfBody(context, tenant, body)
    : await batchIds(context, request, tenant, body);
  const id = nextId("batch");
  const known = await context.batches.find({ tenant, id });
  if (!known) {
    await checkRetry(context, state, retrying);
    const manifest = retryManifest(state, retrying, id);
    await context.batches.create({
      ...manifest,
      // The lines become a file, so that this batch can be retried like any other.
      input_file_id: nextId("file"),
      metadata: wanted.metadata ?? state.manifest.metadata,
    });
  }
  await deliverBatch(context, { tenant, id }, retrying.response);
  return known ?? writtenBatch(await context.batches.find({ tenant, id }), id);
}

async function retryInPlace(context: RetryNeeds, state: BatchState, retrying: Retrying): Promise<BatchState> {
  const { batches } = context;
  const { request, principal, wanted } = retrying;
  const { tenant } = principal;
  const batch = { tenant, id: state.manifest.id };
  const isKeyed = !retrying.isOneOfMany && keyOf(request) !== undefined;
  const proposed = !isKeyed ? newId("batch") : await keyedId(context, retrying);
  // The same request again, which its batch has answered to already.
  if (await batches.find({ tenant, id: proposed })) return state;
  if (state.retry) {
    const { codes } = state.retry.batch.manifest.retry_of ?? {};
    if (JSON.stringify(codes) === JSON.stringify(wanted.codes)) return state;
  }
  const end = await checkRetry(context, state, retrying);
  for (const id of [end.output_file_id, end.error_file_id]) if (id) await findFile(context, tenant, id, "id");
  const { number, record } = await beginRetry(context, state, {
    batch_id: proposed,
    at: Date.now(),
    ...(wanted.codes && { codes: wanted.codes }),
  });
  const controls = await batches.controls.change(state.manifest, (now) =>
    now.paused_at === null ? undefined : resumed(now),
  );
  const manifest = retryManifest(
    state,
    { ...retrying, wanted: { ...wanted, codes: record.codes } },
    record.batch_id,
  );
  const retry_of = manifest.retry_of && { ...manifest.retry_of, in_place: number };
  await batches.create({
    ...manifest,
    retry_of,
    // What the batch was paused before is no part of this window.
    expires_at: manifest.expires_at - controls.paused_ms,
    tokens_before: end.usage.input_tokens + end.usage.output_tokens,
  });
  await deliverBatch(context, { tenant, id: record.batch_id }, retrying.response);
  return writtenBatch(await batches.find(batch), batch.id);
}

async function keyedId(context: RetryNeeds, { request, principal, wanted }: Retrying): Promise<string> {
  return (await idSource(context, request, principal.tenant, wanted))("batch");
}

/**
 * Records the retry, or takes up the latest where it was cut off before its batch was created. Of requests that come at
 * the same moment one counts, for all of them.
 */
async function beginRetry(
  { batches }: RetryNeeds,
  { manifest, retryNumber, endNumber }: BatchState,
  retry: Parameters<ApiContext["batches"]["writeRetry"]>[2],
) {
  const latest = retryNumber > endNumber ? await batches.retry(manifest, retryNumber) : undefined;
  const wasCutOff = latest && !(await batches.manifest({ tenant: manifest.tenant, id: latest.batch_id }));
  if (wasCutOff) return { number: retryNumber, record: latest };
  const number = retryNumber + 1;
  return { number, record: await batches.writeRetry(manifest, number, retry) };
}

/** @throws {ApiError} where a batch has no lines to run again, they cannot be read, or its key may not have them run. */
async function checkRetry(
  context: RetryNeeds,
  state: BatchState,
  { principal, response, wanted }: Retrying,
): Promise<BatchEnd> {
  const { manifest, end } = state;
  const status = statusOf(state);
  if (!isTerminal(status)) {
    const message = `The batch has not ended (${status}). Its failed lines can be run again when it has; cancel it to end it now.`;
    throw new ApiError("not_finished", message, "id");
  }
  if (!end) {
    const message =
      "The batch's input was refused, so none of its lines has run. Correct the file and create a batch.";
    throw new ApiError("nothing_to_retry", message, "id");
  }
  if (end.failed === 0) throw new ApiError("nothing_to_retry", "None of the batch's lines has failed.", "id");
  if (end.error_file_id) await findFile(context, manifest.tenant, end.error_file_id, "id");
  if (wanted.codes) await checkCodes(context, state, wanted.codes);
  if (!(await context.files.find(manifest.tenant, manifest.input_file_id))) {
    const message = `The batch's input file ${manifest.input_file_id} has been deleted. Upload the lines again and create a batch.`;
    throw new ApiError("file_not_found", message, "id");
  }
  await refuseTooManyBatches(context, principal);
  await refuseOverTokens(context, principal, response);
  return end;
}

/** Reads failures up to the first that has one of the codes. @throws {ApiError} when none has. */
async function checkCodes(context: RetryNeeds, state: BatchState, codes: readonly string[]): Promise<void> {
  const others = new Set<string>();
  for await (const { result } of readFailures(context, state)) {
    const { code } = readFailure(result);
    if (codes.includes(code)) return;
    if (others.size < MAX_NAMED_CODES) others.add(code);
  }
  const message = `codes: no line failed with ${codes.join(" or ")}. The failed lines have: ${[...others].join(", ")}.`;
  throw new ApiError("nothing_to_retry", message, "codes");
}

/** What a batch that runs lines of another one again takes over from it. */
function retryManifest(
  { manifest, endNumber, controls }: BatchState,
  { request, principal, wanted: { codes } }: Retrying,
  id: string,
): Manifest {
  const now = Date.now();
  // A budget was for what the batch has done already, and the time that it was to take for all of its lines.
  const { key_id, retry_of, max_total_tokens, tokens_before, expected_seconds, ...inherited } = manifest;
  return {
    ...inherited,
    id,
    priority: controls.priority,
    ...(principal.keyId !== undefined && { key_id: principal.keyId }),
    ...traceContextOf(request, 1),
    retry_of: { batch_id: manifest.id, end_number: endNumber, ...(codes && { codes }) },
    created_at: now,
    expires_at: now + completionWindowSeconds(manifest.completion_window) * 1_000,
  };
}
