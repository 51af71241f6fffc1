/** What any request may be answered. `invalid_request`: its path or query string cannot be read. */
export const COMMON_ERRORS = [
  "invalid_request",
  "cross_site_request",
  "unknown_host",
  "internal_error",
] as const;

/** What any request under `/v1` may also be answered. */
export const V1_ERRORS = [
  "invalid_api_key",
  "permission_denied",
  "rate_limit_exceeded",
  "storage_unavailable",
  "redis_unavailable",
  "unknown_parameter",
] as const;

export const JSON_BODY_ERRORS = [
  "invalid_json",
  "upload_interrupted",
  "request_too_slow",
  "request_too_large",
  "unsupported_media_type",
  "server_busy",
] as const;

export const STORAGE_ERRORS = ["storage_unavailable", "storage_full"] as const;

/** Errors of requests that bring a new query. */
export const NEW_QUERY_ERRORS = [
  "model_not_found",
  "tool_not_found",
  "redis_full",
  "queue_quota_exceeded",
  "token_quota_exceeded",
  "idempotency_key_reused",
] as const;

/** Errors of requests that wait for the answer. */
export const ANSWER_ERRORS = [
  "model_not_served",
  "server_stopping",
  { code: "context_exceeded", status: 400 },
  { code: "cancelled", status: 400 },
  { code: "request_timeout", status: 408 },
  { code: "max_steps", status: 422 },
  { code: "max_tokens", status: 422 },
  { code: "no_progress", status: 422 },
  { code: "schema_not_met", status: 422 },
  { code: "worker_lost", status: 500 },
  { code: "malformed_output", status: 502 },
] as const;
