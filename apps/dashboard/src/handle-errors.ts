import { ApiError } from "@bullpen/protocol";
import type { Logger } from "@bullpen/runtime";
import type { ErrorRequestHandler, RequestHandler } from "express";

export const routeNotFound: RequestHandler = (request, _response, next) => {
  next(
    new ApiError("route_not_found", `There is no ${request.method} ${request.originalUrl.split("?")[0]}.`),
  );
};

/** Errors of the dashboard itself; those of bull-board's own routes are answered by bull-board. */
export function handleErrors(logger: Logger): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const known = error instanceof ApiError;
    if (!known) logger.error({ err: error, path: request.path }, "a page failed");
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const apiError = known
      ? error
      : new ApiError("internal_error", "Something went wrong on the dashboard; its log has the cause.");
    response.status(apiError.status).json(apiError.toBody());
  };
}
