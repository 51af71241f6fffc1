import {
  type GuardEvent,
  type Guards,
  inputText,
  type LastTurnReason,
  type Step,
  stringifyExactly,
  type ToolDefinition,
  type ToolInput,
  type ToolResult,
} from "@bullpen/contracts";
import { readTurn } from "./read-turn.js";
import { withSortedKeys } from "./sorted-keys.js";

/** A tool call as a turn asks for it. */
interface Call {
  readonly tool: string;
  readonly input: ToolInput;
}

/** A call that is not run: what comes back in place of its result, and what the guard did. */
export interface GuardedCall {
  readonly result: ToolResult;
  readonly guard: GuardEvent;
}

/** Failing calls in a row that differ only in trifles: one to err, one to correct it, and one that shows that it does not. */
const MAX_ALIKE_FAILURES = 3;

/**
 * The guard on repeats: a call that an earlier step has made, to the letter, is answered by that step's result. The
 * first time it is told so; the second time its tool is closed for the next turn; the third time that turn is the last. A
 * call that had failed is one step ahead: nothing can be done with its result.
 *
 * A call is run again where its tool is {@link ToolDefinition.repeatable}, and after a failure of a tool that
 * reaches outside (crash policy `reuse`), for that may pass.
 *
 * @param earlier the steps before the call's own.
 * @returns undefined for a call that is to be run.
 */
export function guardRepeat(
  call: Call,
  tool: ToolDefinition,
  earlier: readonly Step[],
  names: readonly string[],
): GuardedCall | undefined {
  if (isRepeatable(tool, call.input)) return undefined;
  const key = keyOf(call);
  const same = earlier.filter((step) => {
    const made = callOf(step, names);
    return made !== undefined && step.observation !== undefined && keyOf(made) === key;
  });
  const ran = same.findLast(({ observation }) => observation?.guard === undefined)?.observation;
  if (!ran || (ran.is_error && tool.crashPolicy === "reuse")) return undefined;
  const repeatsBefore = same.filter(({ observation }) => observation?.guard !== undefined).length;
  const guard = eventOf(ran.is_error ? repeatsBefore + 1 : repeatsBefore);
  const observation = `${ran.observation}\n\n${notice(call.tool, guard)}`;
  return { guard, result: { observation, is_error: ran.is_error } };
}

function eventOf(repeatsBefore: number): GuardEvent {
  if (repeatsBefore === 0) return "repeated";
  return repeatsBefore === 1 ? "closed" : "stopped";
}

function notice(tool: string, guard: GuardEvent): string {
  const told = "You made this very call before. It was not run again: this is its result.";
  if (guard === "repeated") return `${told} Use it, or make another call.`;
  if (guard === "closed") return `${told} In the next turn you cannot use ${tool}.`;
  return `${told} Answer the user now.`;
}

/** The tool that the next turn may not call. */
export function closedTool({ steps }: { readonly steps: readonly Step[] }, names: readonly string[]) {
  const last = steps.at(-1);
  return last?.observation?.guard === "closed" ? callOf(last, names)?.tool : undefined;
}

/** The guard that makes the next turn the last. */
export function guardThatStops(
  steps: readonly Step[],
  names: readonly string[],
  guards: Guards,
): Extract<LastTurnReason, keyof Guards> | undefined {
  if (steps.at(-1)?.observation?.guard === "stopped") return "repeats";
  return guards.failures && failsAlike(steps, names) ? "failures" : undefined;
}

/** Whether the last steps are failing calls of one tool that differ only in trifles. */
function failsAlike(steps: readonly Step[], names: readonly string[]): boolean {
  const last = steps.slice(-MAX_ALIKE_FAILURES);
  if (last.length < MAX_ALIKE_FAILURES || !last.every(({ observation }) => observation?.is_error))
    return false;
  const calls = last.map((step) => callOf(step, names));
  const alike = new Set(
    calls.map((call) => call && `${call.tool}\n${withoutTrifles(inputText(call.input))}`),
  );
  return alike.size === 1 && !alike.has(undefined);
}

/**
 * A text without what a model varies when it has no better idea: white space, case, quotation marks and punctuation.
 * Brackets, operators, and points and commas within numbers are no trifles.
 */
function withoutTrifles(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s"'`´‘’“”„«»;:!?]|[.,](?!\d)/g, "");
}

function callOf({ turn }: Step, names: readonly string[]): Call | undefined {
  const reading = readTurn(turn, names);
  return reading.type === "call" ? reading : undefined;
}

/** The same for two calls that are the same but for the order of an object's keys and the white space at ends of lines. */
function keyOf({ tool, input }: Call): string {
  const text =
    typeof input === "string" ? withoutTrailingSpace(input) : stringifyExactly(withSortedKeys(input));
  return `${tool}\n${text}`;
}

function withoutTrailingSpace(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines.join("\n").trim();
}

function isRepeatable({ repeatable = false }: ToolDefinition, input: ToolInput): boolean {
  if (typeof repeatable === "boolean") return repeatable;
  const text = inputText(input);
  return repeatable.some((sign) => text.includes(sign));
}
