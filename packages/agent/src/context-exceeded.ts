import type { ToolDefinition, Turn } from "@bullpen/contracts";
import { toolTokens } from "./default-tools.js";

/** The message about a turn that did not fit the model's context. Names the tools if they take most of the room. */
export function contextExceeded({ text, usage }: Turn, tools: readonly ToolDefinition[]): string {
  const prompt = usage.prompt_tokens > 0 ? `The prompt of ${usage.prompt_tokens} tokens` : "The prompt";
  const what =
    text === ""
      ? `${prompt} does not fit the model's context.`
      : "The prompt and the reply no longer fit the model's context.";
  const tokens = tools.reduce((sum, tool) => sum + toolTokens(tool), 0);
  if (tokens === 0 || tokens < usage.prompt_tokens / 2) return what;
  const of = tools.length === 1 ? "its tool takes" : `its ${tools.length} tools takes`;
  return `${what} The text of ${of} about ${tokens}: name fewer or shorter ones in \`tools\`, or raise CONTEXT_TOKENS of the workers.`;
}
