import {
  ApiError,
  type CreateBatch,
  completionWindowSeconds,
  createBatchSchema,
  parseRequest,
} from "@bullpen/protocol";
import type { FileRecord, Manifest, Principal } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import { refuseOverTokens } from "../access/refuse-over-tokens.js";
import { refuseTooManyBatches } from "../access/refuse-too-many-batches.js";
import type { ApiContext } from "../api-context.js";
import { roomLeft } from "../files/create-file.js";
import { findFile, whileThere } from "../files/find-file.js";
import { traceContextOf } from "../http/trace-requests.js";
import { toBatchView } from "./batch-view.js";
import { checkPlaces } from "./check-places.js";
import { expectedSeconds } from "./expected-duration.js";
import { batchIds, deliverBatch, writtenBatch } from "./new-batch.js";

type Needs = Pick<
  ApiContext,
  | "batches"
  | "prices"
  | "batchQueues"
  | "files"
  | "idempotency"
  | "defaultModel"
  | "locations"
  | "logger"
  | "maxFileBytes"
  | "quotas"
  | "usage"
>;

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
      const places = checkPlaces(context, wanted, tenant);
      const input = places.source ? undefined : await findInput(context, tenant, wanted);
      await refuseTooManyBatches(context, principal);
      await refuseOverTokens(context, principal, response);
      const manifest = {
        ...toManifest(id, principal, wanted),
        // The lines become a file, so that this batch can be retried like any other.
        input_file_id: input?.id ?? nextId("file"),
        ...(places.source && { source: { ...places.source, max_bytes: await maxBytes(context, principal) } }),
        output_uri: places.output_uri,
        // Of a file that no one has read yet the lines are not known.
        ...(input && { expected_seconds: await expectedSeconds(context, input) }),
        ...traceContextOf(request, 1),
      };
      await context.batches.create(
        manifest,
        input &&
          ((key) => whileThere(context, input, "input_file_id", () => context.files.copyContent(input, key))),
      );
      state = await context.batches.find({ tenant, id });
    }
    await deliverBatch(context, { tenant, id }, response);
    response.json(toBatchView(writtenBatch(state, id), Date.now(), context.prices));
  };
}

/** @throws {ApiError} when there is no such file, or it is none for batches. */
async function findInput(context: Needs, tenant: string, wanted: CreateBatch): Promise<FileRecord> {
  const input = await findFile(context, tenant, wanted.input_file_id ?? "", "input_file_id");
  if (input.purpose === "batch") return input;
  const message = `input_file_id: ${input.id} is a file of the purpose ${input.purpose}; upload one with purpose=batch.`;
  throw new ApiError("invalid_request", message, "input_file_id");
}

/** Bytes that the lines of a file at a URI may have. */
async function maxBytes(context: Needs, principal: Principal): Promise<number> {
  return Math.max(0, Math.min(context.maxFileBytes, await roomLeft(context, principal)));
}

function toManifest(
  id: string,
  { tenant, keyId }: Principal,
  wanted: CreateBatch,
): Omit<Manifest, "input_file_id"> {
  const now = Date.now();
  return {
    id,
    tenant,
    ...(keyId !== undefined && { key_id: keyId }),
    endpoint: wanted.endpoint,
    completion_window: wanted.completion_window,
    metadata: wanted.metadata ?? null,
    output_expires_after: wanted.output_expires_after?.seconds ?? null,
    votes: wanted.bullpen?.votes,
    priority: wanted.bullpen?.priority,
    max_total_tokens: wanted.bullpen?.max_total_tokens,
    created_at: now,
    expires_at: now + completionWindowSeconds(wanted.completion_window) * 1_000,
  };
}
