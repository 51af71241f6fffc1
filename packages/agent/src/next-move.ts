import {
  type FailureCode,
  type Limits,
  type Outcome,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  type Transcript,
  toolFailure,
} from "@bullpen/contracts";
import { contextExceeded } from "./context-exceeded.js";
import { parseAction } from "./parse-action.js";
import { readTurn, type TurnReading } from "./read-turn.js";
import { describeUnknownTool, isAnswerName, resolveToolName } from "./resolve-tool-name.js";

/** A tool call that a turn asked for. `step` is the index of that turn. */
export interface ToolCall {
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly input: ToolInput;
}

/** The tools that a query may use. */
export interface Toolbox {
  readonly tools: readonly ToolDefinition[];
  /** Names of tools that the query may use and that are not served any more. */
  readonly missing: readonly string[];
}

export type Move =
  | { readonly type: "generate"; readonly step: number; readonly maxTokens: number }
  | { readonly type: "call_tool"; readonly call: ToolCall }
  | { readonly type: "observe"; readonly step: number; readonly result: ToolResult }
  | { readonly type: "finish"; readonly outcome: Outcome };

/** A query fails after this many turns in a row that are not actions: the model is corrected twice. */
const MAX_MALFORMED_TURNS = 3;

/** Tokens of one turn in which a short action has room: name, keys and a line of input. */
const ROOM_FOR_ACTION = 64;

/** Whether a query has no tools: then the model's first turn is the answer. */
export function isPlain(tools: readonly unknown[], missing: readonly unknown[] = []): boolean {
  return tools.length === 0 && missing.length === 0;
}

/**
 * What a query needs next, derived from its transcript alone: the same transcript gives the same
 * move in any process at any time, which is what makes a query resumable anywhere.
 */
export function nextMove(transcript: Transcript, limits: Limits, toolbox: Toolbox): Move {
  const last = transcript.steps.at(-1);
  if (!last) return generate(transcript, limits);
  const { text, finish_reason } = last.turn;
  const reading: TurnReading = isPlain(toolbox.tools, toolbox.missing)
    ? { type: "answer", text, isCut: finish_reason !== "stop" }
    : readTurn(last.turn, namesIn(toolbox));
  if (finish_reason === "context" && (reading.type === "cut" || text === ""))
    return fail(
      "context_exceeded",
      contextExceeded(last.turn, transcript.steps.length === 1 ? toolbox.tools : []),
    );
  switch (reading.type) {
    case "answer":
      return answer(reading.text, reading.isCut);
    case "call":
      return last.observation ? generate(transcript, limits) : call(transcript, limits, toolbox, reading);
    case "unknown":
      return last.observation ? generate(transcript, limits) : correct(transcript, limits, toolbox, reading);
    case "cut":
      return endsByCut(transcript, limits) ? answer("", true) : generate(transcript, limits);
    case "malformed":
      return malformedInARow(transcript) >= MAX_MALFORMED_TURNS
        ? fail(
            "malformed_output",
            `The model replied ${MAX_MALFORMED_TURNS} times in a row without an action.`,
          )
        : generate(transcript, limits);
  }
}

/** The names of the query's tools, also of those that are not served any more. */
function namesIn({ tools, missing }: Toolbox): string[] {
  return [...tools.map(({ name }) => name), ...missing];
}

/**
 * Whether an action's input is the answer, by its name. In the protocol every name that is not a tool's ends the loop. A
 * name that does not sound like an answer is taken for an unknown tool: the model is told so, and only if it names an
 * unknown tool again, its input is the answer.
 */
export function endsQuery(name: string, transcript: Transcript, toolbox: Toolbox): boolean {
  const names = namesIn(toolbox);
  if (resolveToolName(name, names) !== undefined) return false;
  return isAnswerName(name) || unknownInARow(transcript, names) > 0;
}

function call(
  transcript: Transcript,
  limits: Limits,
  { tools }: Toolbox,
  { tool: name, input }: Extract<TurnReading, { type: "call" }>,
): Move {
  // The result of a tool that the last turn calls would not be read: the tool is not run.
  const exhausted = exhaustedLimit(transcript, limits);
  if (exhausted) return exhausted;
  const step = transcript.steps.length - 1;
  const tool = tools.find((each) => each.name === name);
  return tool
    ? { type: "call_tool", call: { step, tool, input } }
    : { type: "observe", step, result: toolFailure(`the tool ${name} is not available any more.`) };
}

function correct(
  transcript: Transcript,
  limits: Limits,
  toolbox: Toolbox,
  { name, input }: Extract<TurnReading, { type: "unknown" }>,
): Move {
  const inARow = unknownInARow(transcript, namesIn(toolbox));
  if (inARow > 1 && typeof input === "string") return answer(input);
  if (inARow >= MAX_MALFORMED_TURNS)
    return fail(
      "malformed_output",
      `The model named ${MAX_MALFORMED_TURNS} times in a row a tool that it does not have.`,
    );
  const names = toolbox.tools.map((tool) => tool.name);
  return (
    exhaustedLimit(transcript, limits) ?? {
      type: "observe",
      step: transcript.steps.length - 1,
      result: toolFailure(describeUnknownTool(name, names)),
    }
  );
}

/**
 * Whether a turn that was cut off inside its action is the last. Asked again, a model can only be shorter if the limit
 * has room for an action.
 */
function endsByCut(transcript: Transcript, limits: Limits): boolean {
  return limits.max_tokens < ROOM_FOR_ACTION || malformedInARow(transcript) >= MAX_MALFORMED_TURNS;
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

/** How many turns at the end of a transcript name unknown tools. */
function unknownInARow({ steps }: Transcript, names: readonly string[]): number {
  const lastOther = steps.findLastIndex(({ turn }) => readTurn(turn, names).type !== "unknown");
  return steps.length - 1 - lastOther;
}

function answer(text: string, isCut = false): Move {
  const outcome = { status: "completed" as const, answer: text };
  return { type: "finish", outcome: isCut ? { ...outcome, finish_reason: "length" } : outcome };
}

function fail(code: FailureCode, message: string): Move {
  return { type: "finish", outcome: { status: "failed", error: { code, message } } };
}
