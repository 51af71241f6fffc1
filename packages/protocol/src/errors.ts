import { redactContent } from "@bullpen/contracts";
import { z } from "zod";

/** Every error code that a caller can meet, with the HTTP status and type that go with it. */
export const ERROR_CODES = {
  invalid_json: { status: 400, type: "invalid_request_error" },
  invalid_request: { status: 400, type: "invalid_request_error" },
  unknown_parameter: { status: 400, type: "invalid_request_error" },
  model_not_found: { status: 400, type: "invalid_request_error" },
  tool_not_found: { status: 400, type: "invalid_request_error" },
  unsupported_endpoint: { status: 400, type: "invalid_request_error" },
  tool_call_not_found: { status: 404, type: "not_found_error" },
  tool_output_conflict: { status: 409, type: "invalid_request_error" },
  lease_lost: { status: 409, type: "invalid_request_error" },
  not_finished: { status: 400, type: "invalid_request_error" },
  nothing_to_retry: { status: 400, type: "invalid_request_error" },
  already_finished: { status: 400, type: "invalid_request_error" },
  file_not_found: { status: 404, type: "not_found_error" },
  batch_not_found: { status: 404, type: "not_found_error" },
  webhook_endpoint_not_found: { status: 404, type: "not_found_error" },
  response_not_found: { status: 404, type: "not_found_error" },
  previous_response_not_found: { status: 400, type: "invalid_request_error" },
  item_not_found: { status: 404, type: "not_found_error" },
  api_key_not_found: { status: 404, type: "not_found_error" },
  query_not_found: { status: 404, type: "not_found_error" },
  route_not_found: { status: 404, type: "not_found_error" },
  method_not_allowed: { status: 405, type: "invalid_request_error" },
  idempotency_key_reused: { status: 400, type: "invalid_request_error" },
  invalid_api_key: { status: 401, type: "invalid_request_error" },
  permission_denied: { status: 403, type: "invalid_request_error" },
  cross_site_request: { status: 403, type: "invalid_request_error" },
  unknown_host: { status: 421, type: "invalid_request_error" },
  request_too_large: { status: 413, type: "invalid_request_error" },
  quota_exceeded: { status: 413, type: "invalid_request_error" },
  rate_limit_exceeded: { status: 429, type: "requests" },
  token_quota_exceeded: { status: 429, type: "tokens" },
  queue_quota_exceeded: { status: 429, type: "insufficient_quota" },
  batch_quota_exceeded: { status: 429, type: "insufficient_quota" },
  unsupported_media_type: { status: 415, type: "invalid_request_error" },
  range_not_satisfiable: { status: 416, type: "invalid_request_error" },
  upload_interrupted: { status: 400, type: "invalid_request_error" },
  webhook_not_delivered: { status: 424, type: "webhook_error" },
  answer_begun_anew: { status: 500, type: "server_error" },
  request_too_slow: { status: 408, type: "invalid_request_error" },
  server_busy: { status: 503, type: "server_error" },
  server_stopping: { status: 503, type: "server_error" },
  storage_full: { status: 507, type: "server_error" },
  storage_unavailable: { status: 503, type: "server_error" },
  model_not_served: { status: 503, type: "server_error" },
  redis_full: { status: 503, type: "server_error" },
  redis_unavailable: { status: 503, type: "server_error" },
  internal_error: { status: 500, type: "server_error" },
} as const satisfies Record<string, { status: number; type: string }>;
export type ErrorCode = keyof typeof ERROR_CODES;

/** The body of every error response. */
export const errorBodySchema = z.object({
  error: z.object({
    message: z.string().describe("What went wrong and how to put it right."),
    type: z.string().describe("The family of the error, by the OpenAI API's names."),
    code: z.string().describe("The error's stable name."),
    param: z.string().nullable().describe("The field at fault, such as `query` or `[3].temperature`."),
  }),
});

/** The body of an error, with a code of this server. */
export interface ErrorBody {
  readonly error: z.output<typeof errorBodySchema>["error"] & { readonly code: ErrorCode };
}

/** An error whose message is written for the caller of the API. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ErrorCode;
  readonly param: string | null;
  readonly status: number;

  /** @param status default: the code's. */
  constructor(
    code: ErrorCode,
    message: string,
    param: string | null = null,
    status: number = ERROR_CODES[code].status,
  ) {
    super(message);
    this.code = code;
    this.param = param;
    this.status = status;
  }

  toBody(): ErrorBody {
    const { type } = ERROR_CODES[this.code];
    return { error: { message: redactContent(this.message), type, code: this.code, param: this.param } };
  }
}
