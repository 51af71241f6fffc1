import {
  CALCULATOR,
  MAX_QUERY_LENGTH,
  quote,
  readCallId,
  renderActionContinuation,
  type Said,
} from "@bullpen/contracts";
import { callText } from "../chat/to-question.js";
import { ApiError } from "../errors.js";
import type { InputItem } from "./input-items.js";
import { readItemId } from "./item-ids.js";
import { fullToolName } from "./mcp-labels.js";

/** What one item of a conversation says. */
export interface ConversationPart {
  /** As far as the item tells. */
  readonly said: readonly Said[];
  /** The turn that made it, where it comes from a response of Bullpen's. */
  readonly from?: { readonly queryId: string; readonly step: number } | undefined;
  /** `hosted`: a call of Bullpen's own tool, of which the transcript knows more than the item. */
  readonly kind: "message" | "function" | "hosted";
}

/** A call of the caller's own tool with which an earlier response ended. */
export interface OpenCall {
  readonly callId: string;
  /** The call, as a turn has it after the primer. */
  readonly text: string;
}

export interface Conversation {
  /** Texts of system and developer messages. */
  readonly system: readonly string[];
  readonly parts: readonly ConversationPart[];
}

/**
 * The conversation in the items of a request.
 *
 * @param openCall the call with which the response before ended: its output must be among the items.
 * @throws {ApiError} that names the item at fault.
 */
export function toConversation(input: string | readonly InputItem[], openCall?: OpenCall): Conversation {
  const items: readonly InputItem[] =
    typeof input === "string" ? [{ type: "message", role: "user", content: input }] : input;
  checkLength(items);
  const outputs = outputsByCall(items, openCall);
  const system: string[] = [];
  const parts: ConversationPart[] = openCall
    ? [{ kind: "function", said: callWithOutput(openCall.callId, openCall.text, outputs) }]
    : [];
  for (const item of items) {
    if (isInstruction(item)) system.push(item.content);
    else parts.push(...partsOf(item, outputs));
  }
  return { system, parts };
}

function isInstruction(item: InputItem): item is Extract<InputItem, { role: string }> {
  return "role" in item && (item.role === "system" || item.role === "developer");
}

function partsOf(item: InputItem, outputs: ReadonlyMap<string, string>): ConversationPart[] {
  const from = item.id === undefined ? undefined : readItemId(item.id);
  switch (item.type) {
    case undefined:
    case "message": {
      const role = item.role === "assistant" ? "assistant" : "user";
      return [{ kind: "message", said: [{ role, content: item.content }], from }];
    }
    case "function_call": {
      const { call_id: id, name, arguments: args } = item;
      const said = callWithOutput(id, callText(name, args), outputs);
      return [{ kind: "function", said, from: readCallId(id) }];
    }
    case "code_interpreter_call": {
      const output = item.outputs.map(({ logs = "" }) => logs).join("\n");
      const text = renderActionContinuation({ tool_name: CALCULATOR.name, input: item.code });
      return [{ said: action(text, output), from, kind: "hosted" }];
    }
    case "mcp_call": {
      const { server_label: label, name, arguments: args, output = "" } = item;
      return [{ said: action(callText(fullToolName(label, name), args), output), from, kind: "hosted" }];
    }
    // The item does not have what was found.
    case "web_search_call":
      return [{ said: [], from, kind: "hosted" }];
    default:
      return [];
  }
}

function action(text: string, output: string): Said[] {
  return [
    { role: "action", content: text },
    { role: "tool", content: output },
  ];
}

function callWithOutput(callId: string, text: string, outputs: ReadonlyMap<string, string>): Said[] {
  return [
    { role: "action", content: text, call_id: callId },
    { role: "tool", content: outputs.get(callId) ?? "" },
  ];
}

/**
 * The outputs of the calls among the items, each of which has one.
 *
 * @throws {ApiError} in OpenAI's words.
 */
function outputsByCall(items: readonly InputItem[], openCall: OpenCall | undefined): Map<string, string> {
  const calls = new Set(openCall ? [openCall.callId] : []);
  const outputs = new Map<string, string>();
  for (const [i, item] of items.entries()) {
    if (item.type !== "function_call" && item.type !== "function_call_output") continue;
    const { call_id: id } = item;
    const at = `input[${i}].call_id`;
    if (item.type === "function_call") {
      if (calls.has(id)) throw refusal(at, `${quote(id)} is the id of two calls`);
      calls.add(id);
      continue;
    }
    if (!calls.has(id))
      throw refusal(at, `No tool call found for function call output with call_id ${quote(id)}`);
    if (outputs.has(id)) throw refusal(at, `the call ${quote(id)} has two outputs`);
    outputs.set(id, item.output);
  }
  const open = [...calls].find((id) => !outputs.has(id));
  if (open !== undefined) throw refusal("input", `No tool output found for function call ${quote(open)}`);
  return outputs;
}

function checkLength(items: readonly InputItem[]): void {
  const length = items.reduce((sum, item) => sum + lengthOf(item), 0);
  if (length <= MAX_QUERY_LENGTH) return;
  throw refusal("input", `holds ${length} characters; at most ${MAX_QUERY_LENGTH} are taken`);
}

function lengthOf(item: InputItem): number {
  const texts = Object.values(item).filter((value) => typeof value === "string");
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function refusal(param: string, problem: string): ApiError {
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}
