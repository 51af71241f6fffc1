import {
  type AgentJob,
  agentJobSchema,
  CALCULATOR,
  FINAL_ANSWER,
  renderActionContinuation,
} from "@bullpen/contracts";
import type { Script } from "@bullpen/llm/testing";

export const MODEL = "bench";

/** The tool that every query calls once. */
export const TOOL = CALCULATOR;

/** Texts of the lengths that people and tools write: about 120, 70, 300 and 80 characters. */
const QUERY =
  "A cinema has 24 rows of 18 seats. On Friday 371 seats were taken. How many seats stayed empty, and what share is that?";
export const TOOL_INPUT = "rows, seats, taken = 24, 18, 371\noutput = (rows * seats - taken)";
export const OBSERVATION = "The programme ended without an error. Its variable output holds the value 61. "
  .repeat(4)
  .slice(0, 300);
export const ANSWER = "61 of the 432 seats stayed empty on Friday, which is about 14 percent of them.";

/** A query as the api would hand it to the queue. No two have the same text. */
export function agentJob(index: number, tenant = "default"): AgentJob {
  return agentJobSchema.parse({
    tenant,
    model: MODEL,
    query: `${QUERY} ${index}`,
    tools: [TOOL.name],
    sampling: {},
    limits: {},
  });
}

/** One tool call, then the answer. */
export const callToolOnce: Script = (request) =>
  request.messages.some((message) => message.role === "tool")
    ? renderActionContinuation({ tool_name: FINAL_ANSWER, input: ANSWER })
    : renderActionContinuation({ tool_name: TOOL.name, input: TOOL_INPUT });
