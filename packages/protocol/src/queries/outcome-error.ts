import type { FailureCode, Limits, Outcome } from "@bullpen/contracts";

const FAILURE_STATUS: Readonly<Record<FailureCode, number>> = {
  max_steps: 422,
  max_tokens: 422,
  no_progress: 422,
  context_exceeded: 400,
  invalid_request: 400,
  malformed_output: 502,
  schema_not_met: 422,
  worker_lost: 500,
  internal_error: 500,
};

/** Why a query gave no answer, as an HTTP response says it. */
export function outcomeError(
  outcome: Exclude<Outcome, { status: "completed" }>,
  limits: Limits,
): { status: number; type: string; code: FailureCode | "request_timeout" | "cancelled"; message: string } {
  if (outcome.status === "cancelled") {
    return {
      status: 400,
      type: "invalid_request_error",
      code: "cancelled",
      message: "The query was cancelled.",
    };
  }
  if (outcome.status === "expired") {
    const message = `The query did not end within its ${limits.timeout_seconds} seconds (timeout_seconds).`;
    return { status: 408, type: "server_error", code: "request_timeout", message };
  }
  const status = FAILURE_STATUS[outcome.error.code];
  return { status, type: status < 500 ? "invalid_request_error" : "server_error", ...outcome.error };
}
