import {
  cutAtStop,
  FINAL_ANSWER,
  type GuardEvent,
  type Guards,
  type LastTurnReason,
  type Limits,
  type Outcome,
  type ResponseFormat,
  type Step,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  type Transcript,
  toolFailure,
} from "@bullpen/contracts";
import { argumentsOf } from "./arguments-of.js";
import { contextExceeded } from "./context-exceeded.js";
import {
  answer,
  exhaustedLimit,
  type FinishMove,
  fail,
  noProgress,
  stopAfterForcedTurn,
} from "./finish-move.js";
import { closedTool, guardRepeat, guardThatStops } from "./guards.js";
import { generatedTokens, limitThatEnds, ROOM_FOR_ACTION, reservedTokens } from "./last-turn.js";
import { parseAction } from "./parse-action.js";
import { namesAnswer, readTurn, type TurnReading } from "./read-turn.js";
import { describeUnknownTool, isAnswerName, resolveToolName } from "./resolve-tool-name.js";
import { cutAnswer, describeMisfit, fitAnswer, type JsonAnswer, jsonAnswerOf } from "./structured-answer.js";

/** A tool call that a turn asked for. `step` is the index of that turn. */
export interface ToolCall {
  readonly step: number;
  readonly tool: ToolDefinition;
  readonly input: ToolInput;
  /** Set for the caller's own tool: the input as JSON, as the model wrote it. */
  readonly arguments?: string;
}

/** The tools that a query may use. */
export interface Toolbox {
  readonly tools: readonly ToolDefinition[];
  /** Names of tools that the query may use and that are not served any more. */
  readonly missing: readonly string[];
  /** Names of the caller's own tools among them, with whose call the query ends. Default: none. */
  readonly returned?: ReadonlySet<string>;
  /** Names of the caller's own tools among them, for whose results the query waits. Default: none. */
  readonly awaited?: ReadonlySet<string>;
}

export type Move =
  | GenerateMove
  | { readonly type: "call_tool"; readonly call: ToolCall }
  | {
      readonly type: "observe";
      readonly step: number;
      readonly result: ToolResult;
      readonly guard?: GuardEvent;
    }
  | FinishMove;

/** The next turn of the model. */
export interface GenerateMove {
  readonly type: "generate";
  readonly step: number;
  readonly maxTokens: number;
  /** Why the turn may only be the final answer. Default: it may be any action. */
  readonly lastTurn?: LastTurnReason;
  /** The tool that the turn may not call. Default: it may call all. */
  readonly closedTool?: string;
  /** Whether the turn corrects an answer that did not fit: it may only be the answer. */
  readonly isCorrection?: boolean;
}

/** What a query's moves depend on besides its transcript and tools. */
export interface Rules {
  readonly limits: Limits;
  readonly guards: Guards;
  /** The JSON that the answer has to be. Default: it is text. */
  readonly format?: ResponseFormat;
  /** Texts before the first of which an answer that is text ends. Default: none. */
  readonly stop?: readonly string[] | undefined;
  /** Milliseconds to the query's deadline. Default: any number. */
  readonly timeLeftMs?: number;
}

/** A query, as its moves are derived from it. */
interface State extends Rules {
  readonly transcript: Transcript;
  readonly toolbox: Toolbox;
}

/** A query fails after this many turns in a row that are not actions: the model is corrected twice. */
const MAX_MALFORMED_TURNS = 3;

/** Whether a query has no tools: then the model's first turn is the answer. */
export function isPlain(tools: readonly unknown[], missing: readonly unknown[] = []): boolean {
  return tools.length === 0 && missing.length === 0;
}

/**
 * What a query needs next, derived from its transcript alone: the same transcript gives the same
 * move in any process at any time, which is what makes a query resumable anywhere. Only the time that is left is
 * none of the transcript's: a turn that it makes the last is recorded as such.
 */
export function nextMove(transcript: Transcript, rules: Rules, toolbox: Toolbox): Move {
  const state: State = { ...rules, transcript, toolbox };
  const last = transcript.steps.at(-1);
  if (!last) return generate(state);
  const { text, finish_reason } = last.turn;
  const reading = readStep(last, state);
  if (finish_reason === "context" && (reading.type === "cut" || text === ""))
    return fail(
      "context_exceeded",
      contextExceeded(last.turn, transcript.steps.length === 1 ? toolbox.tools : []),
    );
  switch (reading.type) {
    case "answer":
      return last.observation ? correctAnswer(state) : finish(state, reading);
    case "call":
      return last.observation ? generate(state) : call(state, reading);
    case "unknown":
      return last.observation ? generate(state) : correct(state, reading);
    case "cut":
      return endsByCut(transcript, rules.limits) ? finish(state, { text: "", isCut: true }) : generate(state);
    case "malformed":
      return malformedInARow(transcript) >= MAX_MALFORMED_TURNS
        ? fail(
            "malformed_output",
            `The model replied ${MAX_MALFORMED_TURNS} times in a row without an action.`,
          )
        : generate(state);
  }
}

/** What a step's turn means. Of a query without tools every turn is an answer; one that has to be JSON is that JSON. */
function readStep({ turn }: Step, { toolbox, format }: State): TurnReading {
  if (isPlain(toolbox.tools, toolbox.missing))
    return { type: "answer", text: turn.text, isCut: turn.finish_reason !== "stop" };
  const names = namesIn(toolbox);
  const json = format && jsonAnswerOf(turn, (name) => namesAnswer(name, names));
  return json ? { type: "answer", ...json } : readTurn(turn, names);
}

/** Ends the query with an answer. One that does not fit its format is corrected once. */
function finish(state: State, { text, isCut }: JsonAnswer): Move {
  const { transcript, limits, format, stop = [] } = state;
  const step = transcript.steps.length - 1;
  const turn = transcript.steps[step]?.turn;
  const stopped = format ? text : cutAtStop(text, stop);
  if (stopped !== text) return answer(stopped, {});
  if (!format || (isCut && !format.strict)) return answer(text, { isCut, forcedBy: turn?.forced_by });
  if (isCut) return fail("schema_not_met", cutAnswer(turn));
  const fitted = fitAnswer(format, text);
  if ("json" in fitted) return answer(fitted.json, { forcedBy: turn?.forced_by, isWhole: true });
  const wasCorrected = transcript.steps.slice(0, -1).some((each) => isMisfit(each, state));
  const mayCorrect = !wasCorrected && !exhaustedLimit(transcript, limits) && !stopAfterForcedTurn(transcript);
  if (mayCorrect) return { type: "observe", step, result: toolFailure(describeMisfit(fitted.fault)) };
  return format.strict
    ? fail("schema_not_met", `The answer does not fit its schema: ${fitted.fault}.`)
    : answer(text, { forcedBy: turn?.forced_by, isWhole: true });
}

/** Whether a step is an answer that did not fit. */
function isMisfit(step: Step, state: State): boolean {
  return step.observation !== undefined && readStep(step, state).type === "answer";
}

function correctAnswer(state: State): Move {
  const move = generate(state);
  return move.type === "generate" ? { ...move, isCorrection: true } : move;
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
  if (name !== FINAL_ANSWER && resolveToolName(name, names) !== undefined) return false;
  return isAnswerName(name) || unknownInARow(transcript, names) > 0;
}

function call(state: State, reading: Extract<TurnReading, { type: "call" }>): Move {
  const { transcript, limits, guards, toolbox } = state;
  const { tool: name, input } = reading;
  const tool = toolbox.tools.find((each) => each.name === name);
  if (tool && toolbox.returned?.has(name)) return callOfCaller(state, tool, input);
  // The result of a tool that the last turn calls would not be read: the tool is not run.
  const exhausted = exhaustedLimit(transcript, limits) ?? stopAfterForcedTurn(transcript);
  if (exhausted) return exhausted;
  const step = transcript.steps.length - 1;
  if (!tool)
    return { type: "observe", step, result: toolFailure(`the tool ${name} is not available any more.`) };
  const guarded = guards.repeats
    ? guardRepeat(reading, tool, transcript.steps.slice(0, -1), namesIn(toolbox))
    : undefined;
  if (guarded) return { type: "observe", step, ...guarded };
  if (toolbox.awaited?.has(name)) return callOfCaller(state, tool, input);
  return { type: "call_tool", call: { step, tool, input } };
}

/** A call of the caller's own tool: the query ends with it, or waits for its result. */
function callOfCaller({ transcript, toolbox }: State, tool: ToolDefinition, input: ToolInput): Move {
  const step = transcript.steps.length - 1;
  const { name } = tool;
  const args = argumentsOf(transcript.steps[step]?.turn.text ?? "", input);
  if (args === undefined)
    return { type: "observe", step, result: toolFailure(`the "input" of ${name} must be a JSON object.`) };
  if (toolbox.awaited?.has(name)) return { type: "call_tool", call: { step, tool, input, arguments: args } };
  const outcome: Outcome = {
    status: "completed",
    answer: "",
    finish_reason: "tool_calls",
    tool_calls: [{ step, name, arguments: args }],
  };
  return { type: "finish", outcome };
}

function correct(state: State, { name, input }: Extract<TurnReading, { type: "unknown" }>): Move {
  const { transcript, limits, toolbox, format } = state;
  const turn = transcript.steps.at(-1)?.turn;
  const forcedBy = turn?.forced_by;
  const inARow = unknownInARow(transcript, namesIn(toolbox));
  if (inARow > 1 || forcedBy !== undefined) {
    const json = format && turn && jsonAnswerOf(turn);
    if (json) return finish(state, json);
    if (typeof input === "string") return finish(state, { text: input, isCut: false });
  }
  if (inARow >= MAX_MALFORMED_TURNS)
    return fail(
      "malformed_output",
      `The model named ${MAX_MALFORMED_TURNS} times in a row a tool that it does not have.`,
    );
  const names = toolbox.tools.map((tool) => tool.name);
  return (
    exhaustedLimit(transcript, limits) ??
    stopAfterForcedTurn(transcript) ?? {
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

function generate({ transcript, limits, guards, toolbox, timeLeftMs }: State): Move {
  const exhausted = exhaustedLimit(transcript, limits) ?? stopAfterForcedTurn(transcript);
  if (exhausted) return exhausted;
  const step = transcript.steps.length;
  const left = limits.max_total_tokens - generatedTokens(transcript);
  const turn = { type: "generate", step, maxTokens: Math.min(limits.max_tokens, left) } as const;
  if (isPlain(toolbox.tools, toolbox.missing)) return turn;
  const names = namesIn(toolbox);
  const closed = closedTool(transcript, names);
  const isAllClosed = closed !== undefined && toolbox.tools.length === 1;
  const guard = isAllClosed ? "repeats" : guardThatStops(transcript.steps, names, guards);
  if (limits.on_limit === "fail") return guard ? noProgress(guard) : withClosed(turn, closed);
  const lastTurn = guard ?? limitThatEnds(transcript, limits, timeLeftMs);
  if (lastTurn) return { ...turn, lastTurn };
  return withClosed(
    { ...turn, maxTokens: Math.min(limits.max_tokens, left - reservedTokens(limits)) },
    closed,
  );
}

function withClosed(turn: GenerateMove, closed: string | undefined): GenerateMove {
  return closed === undefined ? turn : { ...turn, closedTool: closed };
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
