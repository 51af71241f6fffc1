import type { Response } from "express";
import { noteFailure } from "../http/track-requests.js";

/** A failed query as the answer to the request that has waited for it. */
export function sendFailure(
  response: Response,
  id: string,
  { status, body }: { readonly status: number; readonly body: { readonly error: { readonly code: string } } },
): void {
  noteFailure(response, { code: body.error.code, query_id: id });
  // The end of a query is final: the same request would do the same work again.
  response.setHeader("x-should-retry", "false");
  response.status(status).json(body);
}
