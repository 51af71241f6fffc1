import { renderActionContinuation, type ToolInput } from "@bullpen/contracts";

/** What a model writes to take an action. */
export function action(tool_name: string, input: ToolInput): string {
  return renderActionContinuation({ tool_name, input });
}

export function finalAnswer(answer: string): string {
  return action("Final Answer", answer);
}
