import { CALCULATOR, type ResponseJob, SEARCH } from "@bullpen/contracts";
import type { InputItem } from "./input-items.js";
import { labelOf, labelsOf } from "./mcp-labels.js";
import type { ResponseRequest } from "./response-request.js";

/** The fields of a request that its response repeats, with OpenAI's defaults. */
export function echoOf(request: ResponseRequest, tools: readonly string[]): ResponseJob["echo"] {
  const { text, reasoning } = request;
  return {
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: request.previous_response_id ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: reasoning?.effort ?? null, summary: null },
    safety_identifier: request.safety_identifier ?? null,
    text: { format: text?.format ?? { type: "text" }, verbosity: "medium" },
    tool_choice: request.tool_choice ?? "auto",
    tools: request.tools ? request.tools.map(echoTool) : hostedTools(tools),
    truncation: request.truncation ?? "disabled",
    ...(request.user !== undefined && { user: request.user }),
  };
}

function echoTool(tool: NonNullable<ResponseRequest["tools"]>[number]): object {
  switch (tool.type) {
    case "function": {
      const { type, name, description, parameters, strict } = tool;
      return {
        ...{ type, name, description: description ?? null },
        ...{ parameters: parameters ?? null, strict: strict ?? null },
      };
    }
    case "code_interpreter":
      return { type: tool.type, container: { type: "auto" } };
    case "mcp": {
      const { type, server_label, allowed_tools } = tool;
      return { type, server_label, allowed_tools: allowed_tools ?? null, require_approval: "never" };
    }
    default:
      return { type: tool.type };
  }
}

/** Bullpen's tools under OpenAI's names. */
function hostedTools(names: readonly string[]): object[] {
  const others = names.filter((name) => name !== CALCULATOR.name && name !== SEARCH.name);
  const labelled = others.map((name) => labelOf(name));
  return [
    ...(names.includes(CALCULATOR.name) ? [{ type: "code_interpreter", container: { type: "auto" } }] : []),
    ...(names.includes(SEARCH.name) ? [{ type: "web_search" }] : []),
    ...labelsOf(others).map((server_label) => ({
      ...{ type: "mcp", server_label, require_approval: "never" },
      allowed_tools: labelled.flatMap(({ label, name }) => (label === server_label ? [name] : [])),
    })),
  ];
}

/** The items of a request as the list of input items shows them, without the ids that they get there. */
export function keepInput(input: string | readonly InputItem[]): Record<string, unknown>[] {
  if (typeof input === "string") return [keepMessage("user", input)];
  return input.map((item) =>
    "role" in item
      ? { ...keepMessage(item.role, item.content), ...(item.id !== undefined && { id: item.id }) }
      : { ...item },
  );
}

function keepMessage(role: string, text: string): Record<string, unknown> {
  const part =
    role === "assistant" ? { type: "output_text", text, annotations: [] } : { type: "input_text", text };
  return { type: "message", role, status: "completed", content: [part] };
}
