import { type CallerTool, foldToolName, jsonSchemaSchema, quote, type ToolChoice } from "@bullpen/contracts";
import { z } from "zod";
import { ApiError } from "../errors.js";
import type { ChatToolChoice, FunctionTool } from "./caller-tools-request.js";

/** Longest text of all tools of a request together, in UTF-16 code units: it is part of every prompt. */
const MAX_TOOLS_LENGTH = 64_000;

/** Where a request has what an error names. */
export interface ToolFields {
  /** The field of the caller's own tool, such as `tools[0]`. */
  readonly own: (index: number) => string;
  /** Where its name and parameters are. Default: in `function` below it. */
  readonly definition?: (index: number) => string;
  /** The field of all of them, and the one that names Bullpen's. */
  readonly all: string;
  readonly ours: string;
  readonly choice: string;
}

/**
 * The caller's own tools as a job has them.
 *
 * @param given the tools with their places in the request.
 * @param ours names of Bullpen's tools that the query has.
 * @throws {ApiError} that names the field at fault.
 */
export function chooseCallerTools(
  given: readonly { readonly tool: FunctionTool; readonly index: number }[],
  ours: readonly string[],
  { own, definition = (index) => `${own(index)}.function`, all, ours: oursField }: ToolFields,
): CallerTool[] {
  const seen = new Map<string, string>(ours.map((name) => [foldToolName(name), ""]));
  const tools: CallerTool[] = [];
  for (const { tool, index } of given) {
    const { name, description, parameters } = tool.function;
    const at = definition(index);
    checkParameters(parameters, `${at}.parameters`);
    const other = seen.get(foldToolName(name));
    if (other === "")
      throw refusal(
        `${at}.name`,
        `${quote(name)} is also a tool of Bullpen's that the request has: give it another name, or leave Bullpen's out of ${oursField}`,
      );
    if (other !== undefined)
      throw refusal(`${at}.name`, `${quote(name)} is also the name of ${other}: give it another`);
    seen.set(foldToolName(name), own(index));
    tools.push({
      name,
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
    });
  }
  const length = JSON.stringify(tools).length;
  if (length > MAX_TOOLS_LENGTH)
    throw refusal(all, `take ${length} characters together; at most ${MAX_TOOLS_LENGTH} are taken`);
  return tools;
}

const sentToolsSchema = z.object({ tools: z.array(z.unknown()) });
const sentToolSchema = z.object({ function: z.object({ parameters: jsonSchemaSchema }) });

/**
 * The tool with its schema as the request has it: `null` says something there, and counts as absent elsewhere.
 *
 * @param request as it was sent.
 */
export function withSchemaAsSent(tool: FunctionTool, request: unknown, index: number): FunctionTool {
  const sent = sentToolSchema.safeParse(sentToolsSchema.safeParse(request).data?.tools[index]).data;
  return sent ? { ...tool, function: { ...tool.function, ...sent.function } } : tool;
}

function checkParameters(parameters: CallerTool["parameters"], at: string): void {
  const type = parameters?.type;
  if (type === undefined || type === "object") return;
  throw refusal(`${at}.type`, 'must be "object": arguments are an object');
}

/**
 * The tool choice as a job has it; `undefined` for `auto`.
 *
 * @param names of the tools that the request lists.
 * @throws {ApiError} that names the field at fault.
 */
export function toToolChoice(
  choice: ChatToolChoice | undefined,
  names: readonly string[],
  { choice: field }: Pick<ToolFields, "choice">,
): ToolChoice | undefined {
  if (choice === undefined || choice === "auto") return undefined;
  if (choice === "none") return { mode: "none" };
  if (names.length === 0)
    throw refusal(field, 'must be "auto" or "none" in a request that lists no tools: send yours in `tools`');
  if (choice === "required") return { mode: "required" };
  if (choice.type === "function") {
    checkName(choice.function.name, names, `${field}.function.name`);
    return { mode: "required", named: choice.function.name };
  }
  const { mode, tools } = choice.allowed_tools;
  for (const [i, tool] of tools.entries())
    checkName(tool.function.name, names, `${field}.allowed_tools.tools[${i}].function.name`);
  return { mode, allowed: tools.map((tool) => tool.function.name) };
}

function checkName(name: string, names: readonly string[], at: string): void {
  if (!names.includes(name)) throw refusal(at, `${quote(name)} is none of the request's tools`);
}

function refusal(param: string, problem: string): ApiError {
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}
