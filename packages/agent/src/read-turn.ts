import { type Action, FINAL_ANSWER, inputText, type ToolInput, type Turn } from "@bullpen/contracts";
import { AnswerStream } from "./answer-stream.js";
import { parseAction } from "./parse-action.js";
import { isAnswerName, resolveToolName } from "./resolve-tool-name.js";

/** What an agent's turn means. */
export type TurnReading =
  | { readonly type: "call"; readonly tool: string; readonly input: ToolInput }
  /** It names a tool that the query does not have. */
  | { readonly type: "unknown"; readonly name: string; readonly input: ToolInput }
  /** `isCut`: a limit ended the turn in the middle of it. */
  | { readonly type: "answer"; readonly text: string; readonly isCut: boolean }
  /** A limit ended the turn before there was an action; `call` is the tool call that it began. */
  | { readonly type: "cut"; readonly call: { readonly tool: string; readonly input: string } | undefined }
  | { readonly type: "malformed" };

/** @param tools the names of the tools that the query may use. */
export function readTurn({ text, finish_reason }: Turn, tools: readonly string[]): TurnReading {
  const action = parseAction(text);
  if (action) return readAction(action, tools);
  return finish_reason === "stop" ? { type: "malformed" } : readCut(text, tools);
}

function readAction({ tool_name: name, input }: Action, tools: readonly string[]): TurnReading {
  const tool = toolOf(name, tools);
  if (tool !== undefined) return { type: "call", tool, input };
  if (isAnswerName(name)) return { type: "answer", text: inputText(input), isCut: false };
  return { type: "unknown", name, input };
}

function readCut(text: string, tools: readonly string[]): TurnReading {
  const stream = new AnswerStream(() => true);
  const input = stream.push(text);
  const { name } = stream;
  if (name === undefined) return { type: "cut", call: undefined };
  const tool = toolOf(name, tools);
  if (tool !== undefined) return { type: "cut", call: { tool, input } };
  if (!stream.hasBegun || !isAnswerName(name)) return { type: "cut", call: undefined };
  return { type: "answer", text: input, isCut: true };
}

/** Whether the input of an action of that name is the answer. */
export function namesAnswer(name: string, tools: readonly string[]): boolean {
  return toolOf(name, tools) === undefined && isAnswerName(name);
}

/** The tool that is meant; the answer's very name never means one that is spelt like it, such as `final_answer`. */
function toolOf(name: string, tools: readonly string[]): string | undefined {
  return name === FINAL_ANSWER ? undefined : resolveToolName(name, tools);
}
