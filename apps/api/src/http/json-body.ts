import { isUtf8 } from "node:buffer";
import { errorMessage } from "@bullpen/base";
import { ApiError } from "@bullpen/protocol";

import { hasBody } from "@bullpen/runtime";
import { parse as parseContentType } from "content-type";
import type { Request, RequestHandler } from "express";
import type { BodyBudget } from "./body-budget.js";
import { declaredLength, readBody } from "./read-body.js";

/** Largest body with queries or a conversation. 1,000 queries of ordinary length take a fraction of it. */
export const MAX_QUERIES_BYTES = 16 * 2 ** 20;
/** Largest body that holds settings only. */
export const MAX_SETTINGS_BYTES = 2 ** 18;

/** A connection of 2 Mbit/s transfers the largest body in this time. */
const WITHIN_MS = 90_000;

/**
 * Most values in one body. Their number decides how long its parsing blocks other requests. 1,000 queries with
 * all parameters, metadata and 64 tools each have less than half of this.
 */
const MAX_VALUES = 250_000;

/** A byte order mark, which some clients send first. */
const MARK = 0xfeff;

/**
 * Reads a JSON body. It must be declared as JSON: a form or text, which a web page can send to another site
 * without a preflight request, is refused. No body counts as `{}`.
 */
export function jsonBody(budget: BodyBudget, maxBytes: number): RequestHandler {
  return async (request, response, next) => {
    request.body = {};
    if (hasBody(request)) {
      checkType(request);
      const room = budget.enter(declaredLength(request));
      // The handler holds the body until it has answered.
      response.once("close", () => room.leave());
      const bytes = await readBody(request, room, { maxBytes, withinMs: WITHIN_MS });
      if (bytes.byteLength > 0) request.body = parseJson(bytes);
    }
    next();
  };
}

function checkType({ headers }: Request): void {
  const { type, parameters } = parseContentType(headers["content-type"] ?? "");
  if (!/^application\/(?:[\w.!#$&^-]+\+)?json$/.test(type)) {
    throw new ApiError(
      "unsupported_media_type",
      "The body must be JSON. Send it with the header Content-Type: application/json.",
    );
  }
  if (!/^utf-?8$/i.test(parameters.charset ?? "utf-8")) {
    throw new ApiError("unsupported_media_type", "The body must be encoded in UTF-8, as all JSON is.");
  }
}

/** @throws {ApiError} `invalid_json` */
function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ApiError("invalid_json", "The body is not valid UTF-8, as all JSON must be.");
  if (countValues(bytes) > MAX_VALUES) {
    throw new ApiError("invalid_request", `The body holds more than ${MAX_VALUES} values.`);
  }
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text.charCodeAt(0) === MARK ? text.slice(1) : text);
  } catch (error) {
    const reason = errorMessage(error);
    throw new ApiError("invalid_json", `The body is not valid JSON: ${reason}`);
  }
}

const [QUOTE, BACKSLASH, COMMA, BRACE, BRACKET] = [...'"\\,{['].map((character) => character.charCodeAt(0));

/** How many values a JSON text holds, or one more for an empty array or object. */
function countValues(bytes: Buffer): number {
  let count = 1;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === COMMA || byte === BRACE || byte === BRACKET) count++;
  }
  return count;
}
