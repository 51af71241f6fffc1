import { createHash } from "node:crypto";
import { type IdKind, newId, placedId } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import type { Request } from "express";
import type { ApiContext } from "../api-context.js";

type Needs = Pick<ApiContext, "idempotency">;

/** Makes the ids of what a request creates. A request with an idempotency key gets the same ones each time. */
export type IdSource = (kind: IdKind) => string;

const HEADER = "Idempotency-Key";
const LONGEST_KEY = 255;
const KEPT_SECONDS = 86_400;

/**
 * @param body must be the same when the key is used again.
 * @throws {ApiError} when the key is too long, or was used with another request.
 */
export async function idSource(
  context: Needs,
  request: Request,
  tenant: string,
  body: unknown,
): Promise<IdSource> {
  return (await repeatableIds(context, request, tenant, body)) ?? newId;
}

/**
 * As {@link idSource}, but `undefined` for a request without an idempotency key, of which nothing can have been
 * created before.
 */
export async function repeatableIds(
  context: Needs,
  request: Request,
  tenant: string,
  body: unknown,
): Promise<IdSource | undefined> {
  const base = await keyBase(context, request, tenant, body);
  return base === undefined ? undefined : countedIds(base);
}

/**
 * The id of the object that the same idempotency key made before, else `id`. For requests that need an id before
 * their body is known.
 *
 * @throws {ApiError} as {@link idSource}.
 */
export async function existingId(
  context: Needs,
  request: Request,
  tenant: string,
  { body, id }: { readonly body: unknown; readonly id: string },
): Promise<string> {
  return (await keyBase(context, request, tenant, body, id)) ?? id;
}

async function keyBase(
  context: Needs,
  request: Request,
  tenant: string,
  body: unknown,
  proposed?: string,
): Promise<string | undefined> {
  const key = keyOf(request);
  if (key === undefined) return undefined;
  const path = request.baseUrl + request.path;
  const base = await context.idempotency.base({
    tenant,
    key: hashOf([path, key]),
    fingerprint: hashOf(body),
    seconds: KEPT_SECONDS,
    ...(proposed !== undefined && { proposed }),
  });
  if (base === "mismatch") {
    const message = `${HEADER}: was used for another request to ${path}. Use a new key for each request.`;
    throw new ApiError("idempotency_key_reused", message, HEADER);
  }
  return base;
}

/** @throws {ApiError} when the key is too long. */
export function keyOf(request: Request): string | undefined {
  const key = request.get(HEADER);
  if (key === undefined || key === "") return undefined;
  if (key.length <= LONGEST_KEY) return key;
  throw new ApiError("invalid_request", `${HEADER}: must have at most ${LONGEST_KEY} characters.`, HEADER);
}

/** Ids derived from a base, which sort by the order of the calls. */
export function countedIds(base: string): IdSource {
  let count = 0;
  return (kind) => placedId(kind, base, count++);
}

export function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("base64url");
}
