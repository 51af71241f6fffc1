import { ApiError, type ErrorCode } from "@bullpen/protocol";
import { findRedisOutage } from "@bullpen/redis";
import { StorageError } from "@bullpen/storage";
import type { ErrorRequestHandler, Response } from "express";
import { z } from "zod";
import { QuotaError } from "../access/quota-error.js";
import { noteFailure } from "./track-requests.js";

/** Answers every error as `{error: {message, type, code, param}}`; those that the server causes are logged. */
export const handleErrors: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const apiError = toApiError(error);
  const { code, param } = apiError;
  noteFailure(response, { code, param, ...(apiError !== error && apiError.status >= 500 && { error }) });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  tellWhetherToRetry(response, apiError);
  response.status(apiError.status).json(apiError.toBody());
};

const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  redis_unavailable: 1,
  redis_full: 10,
  model_not_served: 10,
  server_busy: 2,
  server_stopping: 1,
  storage_unavailable: 5,
};

/** For these codes nobody knows whether another try helps: clients decide by the status. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set([
  "internal_error",
  "request_too_slow",
  "upload_interrupted",
]);

/** The OpenAI clients retry after 408, 409, 429 and every status from 500, unless `x-should-retry` decides. */
function tellWhetherToRetry(response: Response, error: ApiError): void {
  const { code } = error;
  if (error instanceof QuotaError) {
    response.setHeader("retry-after", error.retryAfterSeconds);
    response.setHeader("x-should-retry", String(error.shouldRetry));
    return;
  }
  const retryAfter = RETRY_AFTER_SECONDS[code];
  if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
  if (!UNCERTAIN.has(code)) response.setHeader("x-should-retry", String(retryAfter !== undefined));
}

/** Errors of Express have a status; the caller must fix what causes them. */
const httpErrorSchema = z.object({
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
  return new ApiError("internal_error", "Something went wrong on the server; its log has the cause.");
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function fromStorageError(error: StorageError): ApiError {
  if (error.code === "full") {
    return new ApiError("storage_full", "The server's storage is full. Its operator must free space.");
  }
  if (error.code === "unavailable") {
    return new ApiError("storage_unavailable", "The server's storage cannot be reached. Try again.");
  }
  return new ApiError("internal_error", "A file is missing in the server's storage; its log says which.");
}

function fromHttpError(error: z.output<typeof httpErrorSchema>): ApiError {
  return new ApiError("invalid_request", error.message);
}
