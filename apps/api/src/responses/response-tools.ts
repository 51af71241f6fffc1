import type { AgentJob, ToolDefinition } from "@bullpen/contracts";
import type { ApiContext } from "../api-context.js";

/** The definitions of the tools that a response lists by their servers. */
export async function responseTools(
  { tools }: Pick<ApiContext, "tools">,
  { response }: AgentJob,
): Promise<(name: string) => ToolDefinition | undefined> {
  const names = response?.servers?.flatMap((server) => server.tools) ?? [];
  if (names.length === 0) return () => undefined;
  const found = await tools.find(names);
  return (name) => found.tools.find((tool) => tool.name === name);
}
