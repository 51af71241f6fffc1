import { type AgentJob, callerToolDefinition, type ToolDefinition } from "@bullpen/contracts";
import type { Toolbox } from "./next-move.js";

/**
 * The tools of a query: Bullpen's, then the caller's own.
 *
 * @param found what is known of the names in `job.tools`.
 */
export function toolboxOf(
  { caller_tools = [], tool_mode }: Pick<AgentJob, "caller_tools" | "tool_mode">,
  found: { readonly tools: readonly ToolDefinition[]; readonly missing: readonly string[] },
): Toolbox {
  if (caller_tools.length === 0) return found;
  const names = new Set(caller_tools.map(({ name }) => name));
  return {
    tools: [...found.tools, ...caller_tools.map(callerToolDefinition)],
    missing: found.missing,
    ...(tool_mode === "wait" ? { awaited: names } : { returned: names }),
  };
}
