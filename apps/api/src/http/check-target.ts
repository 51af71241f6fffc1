import { ApiError } from "@bullpen/protocol";
import type { RequestHandler } from "express";

/**
 * Makes the target of a request what the routes expect: `//v1/models`, which a base URL with a slash too many
 * makes, is `/v1/models`. A query string must be percent-encoded UTF-8; the router checks the path.
 *
 * @throws {ApiError} `invalid_request`
 */
export const checkTarget: RequestHandler = (request, _response, next) => {
  const [path = "", ...query] = request.url.split("?");
  if (!isPercentEncoded(query.join("?"))) {
    throw new ApiError("invalid_request", "The query string must be UTF-8, percent-encoded.");
  }
  if (path.startsWith("/")) request.url = [path.replaceAll(/\/{2,}/g, "/"), ...query].join("?");
  next();
};

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return /^[\x20-\x7e]*$/.test(text);
  } catch {
    return false;
  }
}
