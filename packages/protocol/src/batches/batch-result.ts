import { z } from "zod";

/** One line of a batch's results: the answer to one line of its input, or why there is none. */
export const batchResultLineSchema = z.object({
  id: z.string(),
  custom_id: z.string(),
  response: z
    .object({
      status_code: z.int(),
      request_id: z.string(),
      body: z.record(z.string(), z.unknown()).describe("A chat completion or a response, or an error."),
    })
    .nullable(),
  error: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .describe("Set when the batch was cancelled or expired before the line was answered."),
});

/** A failed line's result, as far as it is read here: one that failed holds an error in either place. */
interface FailedResult {
  readonly custom_id: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly response: {
    readonly body: {
      readonly error?: { readonly code: string; readonly message: string };
      readonly bullpen?: { readonly query_id: string };
    };
  } | null;
}

/** Why a line of a batch failed. */
export interface LineFailure {
  readonly code: string;
  readonly message: string;
  readonly customId: string;
  /** `null` where the line became no query. */
  readonly queryId: string | null;
}

/** Reads the result of a line that failed, as a batcher wrote it. */
export function readFailure(result: Uint8Array): LineFailure {
  const parsed = JSON.parse(new TextDecoder().decode(result)) as FailedResult; // the batcher's own
  const error = parsed.response?.body.error ?? parsed.error;
  return {
    code: error?.code ?? "internal_error",
    message: error?.message ?? "",
    customId: parsed.custom_id,
    queryId: parsed.response?.body.bullpen?.query_id ?? null,
  };
}
