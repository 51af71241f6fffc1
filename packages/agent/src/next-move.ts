import {
  type FailureCode,
  FINAL_ANSWER,
  type GuardEvent,
  type Guards,
  type LastTurnReason,
  type Limits,
  type Outcome,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
  type Transcript,
  toolFailure,
} from "@bullpen/contracts";
import { argumentsOf } from "./arguments-of.js";
import { contextExceeded } from "./context-exceeded.js";
import { closedTool, guardRepeat, guardThatStops } from "./guards.js";
import { generatedTokens, limitThatEnds, ROOM_FOR_ACTION, reservedTokens } from "./last-turn.js";
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
  /** Names of the caller's own tools among them, with whose call the query ends. Default: none. */
  readonly returned?: ReadonlySet<string>;
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
  | { readonly type: "finish"; readonly outcome: Outcome };

/** The next turn of the model. */
export interface GenerateMove {
  readonly type: "generate";
  readonly step: number;
  readonly maxTokens: number;
  /** Why the turn may only be the final answer. Default: it may be any action. */
  readonly lastTurn?: LastTurnReason;
  /** The tool that the turn may not call. Default: it may call all. */
  readonly closedTool?: string;
}

/** What a query's moves depend on besides its transcript and tools. */
export interface Rules {
  readonly limits: Limits;
  readonly guards: Guards;
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
  const { text, finish_reason, forced_by } = last.turn;
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
      return answer(reading.text, { isCut: reading.isCut, forcedBy: forced_by });
    case "call":
      return last.observation ? generate(state) : call(state, reading);
    case "unknown":
      return last.observation ? generate(state) : correct(state, reading);
    case "cut":
      return endsByCut(transcript, rules.limits)
        ? answer("", { isCut: true, forcedBy: forced_by })
        : generate(state);
    case "malformed":
      return malformedInARow(transcript) >= MAX_MALFORMED_TURNS
        ? fail(
            "malformed_output",
            `The model replied ${MAX_MALFORMED_TURNS} times in a row without an action.`,
          )
        : generate(state);
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
  if (name !== FINAL_ANSWER && resolveToolName(name, names) !== undefined) return false;
  return isAnswerName(name) || unknownInARow(transcript, names) > 0;
}

function call(
  { transcript, limits, guards, toolbox }: State,
  reading: Extract<TurnReading, { type: "call" }>,
): Move {
  const { tool: name, input } = reading;
  if (toolbox.returned?.has(name)) return returnCall(transcript, name, input);
  // The result of a tool that the last turn calls would not be read: the tool is not run.
  const exhausted = exhaustedLimit(transcript, limits) ?? stopAfterForcedTurn(transcript);
  if (exhausted) return exhausted;
  const step = transcript.steps.length - 1;
  const tool = toolbox.tools.find((each) => each.name === name);
  if (!tool)
    return { type: "observe", step, result: toolFailure(`the tool ${name} is not available any more.`) };
  const guarded = guards.repeats
    ? guardRepeat(reading, tool, transcript.steps.slice(0, -1), namesIn(toolbox))
    : undefined;
  return guarded ? { type: "observe", step, ...guarded } : { type: "call_tool", call: { step, tool, input } };
}

/** Ends the query with a call of the caller's own tool. */
function returnCall(transcript: Transcript, name: string, input: ToolInput): Move {
  const step = transcript.steps.length - 1;
  const args = argumentsOf(transcript.steps[step]?.turn.text ?? "", input);
  if (args === undefined)
    return { type: "observe", step, result: toolFailure(`the "input" of ${name} must be a JSON object.`) };
  const outcome: Outcome = {
    status: "completed",
    answer: "",
    finish_reason: "tool_calls",
    tool_calls: [{ step, name, arguments: args }],
  };
  return { type: "finish", outcome };
}

function correct(
  { transcript, limits, toolbox }: State,
  { name, input }: Extract<TurnReading, { type: "unknown" }>,
): Move {
  const forcedBy = transcript.steps.at(-1)?.turn.forced_by;
  const inARow = unknownInARow(transcript, namesIn(toolbox));
  if ((inARow > 1 || forcedBy !== undefined) && typeof input === "string") return answer(input, { forcedBy });
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

/** The end of a query whose guard made a turn the last, where the turn did not answer: a server need not keep to a grammar. */
function stopAfterForcedTurn(transcript: Transcript): Move | undefined {
  const forcedBy = transcript.steps.at(-1)?.turn.forced_by;
  return forcedBy === "repeats" || forcedBy === "failures" ? noProgress(forcedBy) : undefined;
}

function noProgress(guard: keyof Guards): Move {
  const what =
    guard === "repeats"
      ? "The model made the same tool call again and again"
      : "The model made failing tool calls that differ only in trifles";
  return fail("no_progress", `${what}, and gave no final answer (guards.${guard}).`);
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

function malformedInARow(transcript: Transcript): number {
  const lastGood = transcript.steps.findLastIndex((step) => parseAction(step.turn.text));
  return transcript.steps.length - 1 - lastGood;
}

/** How many turns at the end of a transcript name unknown tools. */
function unknownInARow({ steps }: Transcript, names: readonly string[]): number {
  const lastOther = steps.findLastIndex(({ turn }) => readTurn(turn, names).type !== "unknown");
  return steps.length - 1 - lastOther;
}

interface AnswerEnd {
  readonly isCut?: boolean;
  readonly forcedBy?: LastTurnReason | undefined;
}

/** A limit ended an answer that it cut off, and one whose turn was held to it. */
function answer(text: string, { isCut = false, forcedBy }: AnswerEnd = {}): Move {
  const outcome: Outcome = {
    status: "completed",
    answer: text,
    ...((isCut || forcedBy) && { finish_reason: "length" }),
    ...(forcedBy && { forced_by: forcedBy }),
  };
  return { type: "finish", outcome };
}

function fail(code: FailureCode, message: string): Move {
  return { type: "finish", outcome: { status: "failed", error: { code, message } } };
}
