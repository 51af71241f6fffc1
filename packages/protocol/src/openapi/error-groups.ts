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
