import { createHash } from "node:crypto";
import { ApiError, derivedId, type IdKind, newId } from "@bullpen/contracts";
import type { Request } from "express";
import type { ApiContext } from "./create-app.js";

/** Makes the ids of what a request creates. A request with an idempotency key gets the same ones each time. */
export type IdSource = (kind: IdKind) => string;

const HEADER = "Idempotency-Key";
const LONGEST_KEY = 255;
const KEPT_SECONDS = 86_400;

/**
 * @param body what must be the same when the key comes again.
 * @throws {ApiError} when the key is too long, or came with another request before.
 */
export async function idSource(
  context: ApiContext,
  request: Request,
  tenant: string,
  body: unknown,
): Promise<IdSource> {
  const key = request.get(HEADER);
  if (key === undefined || key === "") return newId;
  if (key.length > LONGEST_KEY) {
    throw new ApiError("invalid_request", `${HEADER}: must have at most ${LONGEST_KEY} characters.`, HEADER);
  }
  const path = request.baseUrl + request.path;
  const base = await context.idempotency.base({
    tenant,
    key: hashOf([path, key]),
    fingerprint: hashOf(body),
    seconds: KEPT_SECONDS,
  });
  if (base === "mismatch") {
    const message = `${HEADER}: was used for another request to ${path}. Use a new key for each request.`;
    throw new ApiError("idempotency_key_reused", message, HEADER);
  }
  return countedIds(base);
}

/** Ids that follow from a base and the order in which they are asked for. */
export function countedIds(base: string): IdSource {
  let count = 0;
  return (kind) => derivedId(kind, base, String(count++));
}

export function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("base64url");
}
