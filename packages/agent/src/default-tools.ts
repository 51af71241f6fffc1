import { BUILT_IN_TOOLS, type ToolDefinition } from "@bullpen/contracts";
import { describeTool } from "./instructions.js";

/** What is taken for the context of a model that no worker has registered yet. */
export const ASSUMED_CONTEXT_TOKENS = 4_096;

/** The part of a context that the tools of a query which names none may take; the rest is the conversation's. */
const SHARE = 1 / 2;

const BUILT_IN = new Set(BUILT_IN_TOOLS.map((tool) => tool.name));

/**
 * The tokens that a tool's name, description, schema and example take in every prompt, estimated: those who
 * ask have no tokenizer.
 */
export function toolTokens(tool: ToolDefinition): number {
  return estimateTokens(describeTool(tool));
}

/**
 * The tokens of a text, estimated. A token is three ASCII characters, or one other; schemas as Mixtral's vocabulary
 * writes them come to 2.7 to 3.4.
 */
export function estimateTokens(text: string): number {
  const others = text.match(/[^\s\u0020-\u007e]/g)?.length ?? 0;
  return Math.ceil((text.length - others) / 3) + others;
}

/**
 * The tools that a query is offered which names none: the built-in ones, and of the others as many as fit
 * into half of the model's context, the shortest first. All others must be named. In the order of `tools`.
 */
export function defaultTools(
  tools: readonly ToolDefinition[],
  contextTokens = ASSUMED_CONTEXT_TOKENS,
): ToolDefinition[] {
  const sized = tools.map((tool) => ({ tool, tokens: toolTokens(tool), isBuiltIn: BUILT_IN.has(tool.name) }));
  sized.sort((a, b) => Number(b.isBuiltIn) - Number(a.isBuiltIn) || a.tokens - b.tokens);
  const offered = new Set<ToolDefinition>();
  let left = contextTokens * SHARE;
  for (const { tool, tokens, isBuiltIn } of sized) {
    left -= tokens;
    if (left >= 0 || isBuiltIn) offered.add(tool);
  }
  return tools.filter((tool) => offered.has(tool));
}
