import {
  type FailureCode,
  inputText,
  type Limits,
  matchToolName,
  type Outcome,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  type Transcript,
  toolFailure,
} from "@bullpen/contracts";
import { contextExceeded } from "./context-exceeded.js";
import { parseAction } from "./parse-action.js";

/** A tool call that a turn asked for. `step` is the index of that turn. */
export interface ToolCall {
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly input: ToolInput;
}

/** The tools that a query may use. */
export interface Toolbox {
  readonly tools: readonly ToolDefinition[];
  /** Names of tools that the query may use and that nobody knows any more. */
  readonly missing: readonly string[];
}

export type Move =
  | { readonly type: "generate"; readonly step: number; readonly maxTokens: number }
  | { readonly type: "call_tool"; readonly call: ToolCall }
  | { readonly type: "observe"; readonly step: number; readonly result: ToolResult }
  | { readonly type: "finish"; readonly outcome: Outcome };

/** A query is given up when this many turns in a row are not actions. */
export const MAX_MALFORMED_TURNS = 3;

/** Whether a query has no tools at all: then it is no agent, and the model's first turn is the answer. */
export function isPlain(tools: readonly unknown[], missing: readonly unknown[] = []): boolean {
  return tools.length === 0 && missing.length === 0;
}

/**
 * What a query needs next, derived from its transcript alone: the same transcript gives the same
 * move in any process at any time, which is what makes a query resumable anywhere.
 */
export function nextMove(transcript: Transcript, limits: Limits, { tools, missing }: Toolbox): Move {
  const last = transcript.steps.at(-1);
  if (!last) return generate(transcript, limits);
  if (isPlain(tools, missing) && (last.turn.finish_reason !== "context" || last.turn.text !== ""))
    return answer(last.turn.text, last.turn.finish_reason !== "stop");
  if (last.turn.finish_reason === "context") {
    return fail("context_exceeded", contextExceeded(last.turn, transcript.steps.length === 1 ? tools : []));
  }
  const action = parseAction(last.turn.text);
  if (!action) {
    return malformedInARow(transcript) >= MAX_MALFORMED_TURNS
      ? fail("malformed_output", `The model replied ${MAX_MALFORMED_TURNS} times in a row without an action.`)
      : generate(transcript, limits);
  }
  const name = matchToolName(action.tool_name, [...tools.map((each) => each.name), ...missing]);
  const tool = tools.find((each) => each.name === name);
  const gone = tool ? undefined : name;
  // Seed of the protocol: "Final Answer" and every name that is no tool end the loop with their input.
  if (!tool && gone === undefined) {
    return answer(inputText(action.input));
  }
  if (last.observation) return generate(transcript, limits);
  const exhausted = exhaustedLimit(transcript, limits);
  // Nobody would read the result of a tool called in the last turn: it is not run.
  if (exhausted) return exhausted;
  const step = transcript.steps.length - 1;
  return tool
    ? { type: "call_tool", call: { step, tool, input: action.input } }
    : { type: "observe", step, result: toolFailure(`the tool ${gone} is not available any more.`) };
}

function generate(transcript: Transcript, limits: Limits): Move {
  const exhausted = exhaustedLimit(transcript, limits);
  if (exhausted) return exhausted;
  const left = limits.max_total_tokens - generatedTokens(transcript);
  return { type: "generate", step: transcript.steps.length, maxTokens: Math.min(limits.max_tokens, left) };
}

function exhaustedLimit(transcript: Transcript, limits: Limits): Move | undefined {
  if (transcript.steps.length >= limits.max_steps) {
    return fail("max_steps", `No final answer within ${limits.max_steps} steps (max_steps).`);
  }
  if (generatedTokens(transcript) >= limits.max_total_tokens) {
    return fail("max_tokens", `No final answer within ${limits.max_total_tokens} tokens (max_total_tokens).`);
  }
  return undefined;
}

function generatedTokens(transcript: Transcript): number {
  return transcript.steps.reduce((sum, step) => sum + step.turn.usage.completion_tokens, 0);
}

function malformedInARow(transcript: Transcript): number {
  const lastGood = transcript.steps.findLastIndex((step) => parseAction(step.turn.text));
  return transcript.steps.length - 1 - lastGood;
}

function answer(text: string, isCut = false): Move {
  const outcome = { status: "completed" as const, answer: text };
  return { type: "finish", outcome: isCut ? { ...outcome, finish_reason: "length" } : outcome };
}

function fail(code: FailureCode, message: string): Move {
  return { type: "finish", outcome: { status: "failed", error: { code, message } } };
}
