import { ApiError } from "@bullpen/protocol";
import type { RequestGuard } from "@bullpen/runtime";
import type { RequestHandler } from "express";

/** Refuses requests for other hosts, and those of web pages other than the dashboard's own. */
export function refuseStrangers(guard: RequestGuard): RequestHandler {
  return (request, _response, next) => {
    const refusal = guard.refusalOf(request);
    next(refusal && new ApiError(refusal.code, refusal.message));
  };
}
