import { ApiError, type ErrorCode } from "@bullpen/contracts";
import { findRedisOutage } from "@bullpen/queue";
import type { Logger } from "@bullpen/runtime";
import { StorageError } from "@bullpen/storage";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { z } from "zod";
import { MAX_BODY } from "./create-app.js";

export const routeNotFound: RequestHandler = (request, _response, next) => {
  next(new ApiError("route_not_found", `There is no ${request.method} ${request.path}.`));
};

export function methodNotAllowed(allowed: string): RequestHandler {
  return (request, response, next) => {
    response.setHeader("allow", allowed);
    next(new ApiError("method_not_allowed", `${request.method} is not possible here; use ${allowed}.`));
  };
}

/** Every error leaves as `{error: {message, type, code, param}}`; what is not the caller's is logged. */
export function handleErrors(logger: Logger): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const apiError = toApiError(error);
    if (apiError.status >= 500) logger.error({ err: error, path: request.path }, apiError.message);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const retryAfter = RETRY_AFTER_SECONDS[apiError.code];
    if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
    response.status(apiError.status).json(apiError.toBody());
  };
}

const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  redis_unavailable: 1,
  redis_full: 10,
  model_not_served: 10,
  server_stopping: 1,
  storage_unavailable: 5,
};

/** Errors of body-parser and Express carry a `type` and a status; those are the caller's to mend. */
const httpErrorSchema = z.object({
  type: z.string().optional(),
  status: z.int().min(400).max(499),
  message: z.string(),
});

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StorageError) return fromStorageError(error);
  const http = httpErrorSchema.safeParse(error);
  if (http.success) return fromHttpError(http.data);
  const outage = findRedisOutage(error);
  if (outage !== undefined) {
    return new ApiError("redis_unavailable", `${sentence(outage)} The request was not done. Try again.`);
  }
  return new ApiError("internal_error", "Something went wrong on the server; its log says what.");
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function fromStorageError(error: StorageError): ApiError {
  if (error.code === "full") {
    return new ApiError(
      "storage_full",
      "The server's storage has no room left. Its operator must make some.",
    );
  }
  if (error.code === "unavailable") {
    return new ApiError("storage_unavailable", "The server's storage cannot be reached. Try again.");
  }
  return new ApiError("internal_error", "A file is missing in the server's storage; its log says which.");
}

function fromHttpError(error: z.output<typeof httpErrorSchema>): ApiError {
  if (error.type === "entity.parse.failed") {
    return new ApiError("invalid_json", `The body is not valid JSON: ${error.message}`);
  }
  if (error.type === "entity.too.large") {
    return new ApiError(
      "request_too_large",
      `The body is larger than ${MAX_BODY.toUpperCase()}. Send fewer queries at once.`,
    );
  }
  return new ApiError("invalid_request", error.message);
}
