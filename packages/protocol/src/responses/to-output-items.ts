import { argumentsOf, readTurn, runsOf } from "@bullpen/agent";
import {
  CALCULATOR,
  callIdOf,
  inputText,
  SEARCH,
  type Step,
  stringifyExactly,
  type ToolDefinition,
  type ToolInput,
  toolNamesOf,
} from "@bullpen/contracts";
import { itemIdOf } from "./item-ids.js";
import { labelOf } from "./mcp-labels.js";
import type {
  FunctionCallItem,
  HostedCallItem,
  McpListToolsItem,
  MessageItem,
  OutputItem,
} from "./output-items.js";
import type { ResponseQuery } from "./response-query.js";

/**
 * What a response has brought so far: the tools of its servers, the calls of the run that gives the answer, and the
 * answer or the calls of the caller's own tools with which it ended.
 *
 * @param toolOf the definition of a tool, where it is known.
 */
export function toOutputItems(
  query: ResponseQuery,
  toolOf: (name: string) => ToolDefinition | undefined,
): OutputItem[] {
  const { id, job, outcome } = query;
  const run = answeringRun(query);
  const names = toolNamesOf(job);
  const calls =
    names.length === 0 ? [] : run.steps.flatMap((step, i) => callItem(query, step, run.start + i, names));
  const lists = (job.response?.servers ?? []).map(({ label, tools }, i) =>
    listItem(id, { label, tools, i }, toolOf),
  );
  if (outcome?.status !== "completed") return [...lists, ...calls];
  const own = (outcome.tool_calls ?? []).map(({ step, name, arguments: args }): FunctionCallItem => {
    const item = {
      id: itemIdOf("function_call", id, step),
      type: "function_call",
      status: "completed",
    } as const;
    return { ...item, call_id: callIdOf(id, step), name, arguments: args };
  });
  if (own.length > 0) return [...lists, ...calls, ...own];
  return [...lists, ...calls, answerItem(query, outcome.answer, run.start + run.steps.length - 1)];
}

/** The run whose steps a response shows: that of its answer, or the last one. */
function answeringRun({ transcript, outcome }: ResponseQuery): {
  readonly start: number;
  readonly steps: readonly Step[];
} {
  const runs = runsOf(transcript);
  const votes = outcome && "votes" in outcome ? outcome.votes : undefined;
  const chosen = votes?.runs.findIndex(({ agrees }) => agrees) ?? -1;
  return runs[chosen] ?? runs.at(-1) ?? { start: 0, steps: [] };
}

function answerItem(query: ResponseQuery, text: string, step: number): MessageItem {
  return {
    id: itemIdOf("message", query.id, Math.max(step, 0)),
    type: "message",
    status: isCut(query) ? "incomplete" : "completed",
    role: "assistant",
    content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
  };
}

/** Whether a limit cut the answer off. One that a limit demanded and that is whole is complete. */
export function isCut(query: ResponseQuery): boolean {
  if (query.outcome?.status !== "completed" || query.outcome.finish_reason !== "length") return false;
  return answeringRun(query).steps.at(-1)?.turn.finish_reason !== "stop";
}

/** The call of one of Bullpen's tools that a step made, if it made one. */
function callItem(
  query: ResponseQuery,
  step: Step,
  place: number,
  names: readonly string[],
): HostedCallItem[] {
  const { id, job, outcome } = query;
  const reading = readTurn(step.turn, names);
  if (reading.type !== "call" || job.caller_tools?.some(({ name }) => name === reading.tool)) return [];
  const { tool, input } = reading;
  const { observation } = step;
  const isOpen = observation === undefined && outcome === undefined;
  const status = observation ? "completed" : isOpen ? "in_progress" : "incomplete";
  if (tool === CALCULATOR.name) {
    return [
      {
        id: itemIdOf("code_interpreter_call", id, place),
        type: "code_interpreter_call",
        status,
        code: inputText(input),
        container_id: `cntr_${id.slice(id.indexOf("_") + 1)}`,
        outputs: observation ? [{ type: "logs", logs: observation.observation }] : null,
      },
    ];
  }
  const hasFailed = observation?.is_error === true;
  if (tool === SEARCH.name) {
    const text = inputText(input);
    const action = { type: "search" as const, query: text, queries: [text] };
    const item = { id: itemIdOf("web_search_call", id, place), type: "web_search_call" } as const;
    return [{ ...item, status: hasFailed ? "failed" : status, action }];
  }
  return [
    {
      id: itemIdOf("mcp_call", id, place),
      type: "mcp_call",
      status: hasFailed ? "failed" : status,
      ...ofServer(tool, query),
      arguments: argumentsText(step, input),
      output: observation && !hasFailed ? observation.observation : null,
      error:
        observation && hasFailed
          ? { type: "mcp_tool_execution_error", content: [{ type: "text", text: observation.observation }] }
          : null,
      approval_request_id: null,
    },
  ];
}

function ofServer(tool: string, { job }: ResponseQuery): { server_label: string; name: string } {
  const { label, name } = labelOf(tool, job.response?.servers);
  return { server_label: label, name };
}

/** The input as JSON: of an object as the model wrote it. */
function argumentsText({ turn }: Step, input: ToolInput): string {
  return argumentsOf(turn.text, input) ?? stringifyExactly(input);
}

function listItem(
  queryId: string,
  { label, tools, i }: { readonly label: string; readonly tools: readonly string[]; readonly i: number },
  toolOf: (name: string) => ToolDefinition | undefined,
): McpListToolsItem {
  return {
    id: itemIdOf("mcp_list_tools", queryId, i),
    type: "mcp_list_tools",
    server_label: label,
    tools: tools.map((name) => ({
      name: labelOf(name, [{ label, tools }]).name,
      description: toolOf(name)?.usage ?? null,
      input_schema: toolOf(name)?.inputSchema ?? { type: "string" },
      annotations: null,
    })),
    error: null,
  };
}
