import { isTerminal } from "@bullpen/contracts";
import {
  ApiError,
  COMPLETION_WINDOW_SECONDS,
  type CreateBatch,
  createBatchSchema,
  parseRequest,
} from "@bullpen/protocol";
import { type BatchState, type Manifest, type Principal, statusOf } from "@bullpen/storage";
import type { Request, RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import { refuseTooManyBatches } from "../access/refuse-too-many-batches.js";
import type { ApiContext } from "../api-context.js";
import { findFile } from "../files/find-file.js";
import { countedIds, hashOf, type IdSource, idSource } from "../http/idempotent-ids.js";
import { requestIdOf } from "../http/track-requests.js";
import { toBatchView } from "./batch-view.js";

type Needs = Pick<
  ApiContext,
  "batches" | "batchQueues" | "files" | "idempotency" | "logger" | "quotas" | "usage"
>;

/** For this long the same request, without a key, is a retry while its batch has not ended. */
const RETRY_WINDOW_SECONDS = 600;

/**
 * `POST /v1/batches`: answers when manifest and input are on disk. A retried request (the client got no
 * answer) gives the same batch.
 */
export function createBatch(context: Needs): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    const { tenant } = principal;
    const wanted = parseRequest(createBatchSchema, request.body);
    const nextId = await batchIds(context, request, tenant, wanted);
    const id = nextId("batch");
    let state = await context.batches.find({ tenant, id });
    if (!state) {
      const input = await findFile(context, tenant, wanted.input_file_id, "input_file_id");
      if (input.purpose !== "batch") {
        const message = `input_file_id: ${input.id} is a file of the purpose ${input.purpose}; upload one with purpose=batch.`;
        throw new ApiError("invalid_request", message, "input_file_id");
      }
      await refuseTooManyBatches(context, principal);
      await refuseOverTokens(context, principal, response);
      await context.batches.create(toManifest(id, principal, wanted), (key) =>
        context.files.copyContent(input, key),
      );
      state = await context.batches.find({ tenant, id });
    }
    // Delivered at once if Redis is there; otherwise the batchers find the batch in storage.
    await context.batchQueues.addBatch({ tenant, batch_id: id }).catch((error: unknown) => {
      const line = { err: error, batch: id, request_id: requestIdOf(response) };
      context.logger.warn(line, "a batch waits in storage for its delivery");
    });
    response.json(toBatchView(written(state, id), Date.now()));
  };
}

function written(state: BatchState | undefined, id: string): BatchState {
  if (!state) throw new Error(`${id} was written and is not there`);
  return state;
}

/** Without an idempotency key the request itself is the key, until the batch has ended. */
async function batchIds(
  context: Needs,
  request: Request,
  tenant: string,
  wanted: CreateBatch,
): Promise<IdSource> {
  if (request.get("Idempotency-Key")) return idSource(context, request, tenant, wanted);
  const fingerprint = hashOf(wanted);
  const use = { tenant, key: `batch:${fingerprint}`, fingerprint, seconds: RETRY_WINDOW_SECONDS };
  const base = await context.idempotency.base(use);
  const state = await context.batches.find({ tenant, id: countedIds(base)("batch") });
  if (!state || !isTerminal(statusOf(state))) return countedIds(base);
  await context.idempotency.forget(tenant, use.key);
  return countedIds(await context.idempotency.base(use));
}

function toManifest(id: string, { tenant, keyId }: Principal, wanted: CreateBatch): Manifest {
  const now = Date.now();
  return {
    id,
    tenant,
    ...(keyId !== undefined && { key_id: keyId }),
    input_file_id: wanted.input_file_id,
    endpoint: wanted.endpoint,
    completion_window: wanted.completion_window,
    metadata: wanted.metadata ?? null,
    output_expires_after: wanted.output_expires_after?.seconds ?? null,
    votes: wanted.bullpen?.votes,
    created_at: now,
    expires_at: now + COMPLETION_WINDOW_SECONDS * 1_000,
  };
}
