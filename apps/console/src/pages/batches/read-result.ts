import type { AgentTrace, BatchResult } from "@bullpen/client";

/** Why a line of a batch has no answer; `undefined` where it has one. */
export function failureOf({ response, error }: BatchResult): { code: string; message: string } | undefined {
  const body = response?.body;
  return error ?? (body && "error" in body ? body.error : null) ?? undefined;
}

/** How the agent came to a line's end; `undefined` where the line became no query. */
export function traceOf({ response }: BatchResult): AgentTrace | undefined {
  const body = response?.body;
  return body && "bullpen" in body ? body.bullpen : undefined;
}
