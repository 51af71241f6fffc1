import { limitsSchema } from "@bullpen/contracts";
import type { ResponseRequest } from "./response-request.js";

/** The most that a query may have of each. */
const MOST_STEPS = limitsSchema.shape.max_steps.unwrap().maxValue ?? 1;
const MOST_TOKENS = limitsSchema.shape.max_total_tokens.unwrap().maxValue ?? 1;

/**
 * The limits of a response. Its tokens are those of all turns together. Each call takes a turn, and the last turn that
 * the limit of calls allows is held to the answer, or to a call of the caller's own tool.
 */
export function limitsOfResponse({
  max_output_tokens: tokens,
  max_tool_calls: calls,
  bullpen: { on_limit, ...bullpen },
}: ResponseRequest): Pick<
  ResponseRequest["bullpen"],
  "max_steps" | "max_tokens" | "max_total_tokens" | "on_limit"
> {
  return {
    max_steps: least(bullpen.max_steps, calls === undefined ? undefined : Math.min(calls + 1, MOST_STEPS)),
    max_tokens: bullpen.max_tokens ?? tokens,
    max_total_tokens: least(
      bullpen.max_total_tokens,
      tokens === undefined ? undefined : Math.min(tokens, MOST_TOKENS),
    ),
    on_limit: on_limit ?? (calls === undefined ? undefined : "answer"),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
