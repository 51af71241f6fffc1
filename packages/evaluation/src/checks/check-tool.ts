import { includesValue } from "./check-json.js";
import { checkContains } from "./check-text.js";
import { shown, type Verdict } from "./verdict.js";

/** A tool call that is wanted. */
export interface WantedCall {
  readonly tool: string;
  /** Words that its input has to contain, or fields that it has to have. Default: any input. */
  readonly input?: string | Readonly<Record<string, unknown>> | undefined;
}

/** A tool call that was made. */
export interface MadeCall {
  readonly tool_name: string;
  readonly input: unknown;
}

/** Whether all wanted calls were made. None wanted: whether no tool was called. */
export function checkTool(wanted: readonly WantedCall[], made: readonly MadeCall[]): Verdict {
  const names = made.length === 0 ? "no call" : made.map(({ tool_name }) => tool_name).join(", ");
  if (wanted.length === 0) return { passed: made.length === 0, reason: `wanted no call, found ${names}` };
  const missing = wanted.filter((call) => !made.some((each) => fits(call, each)));
  if (missing.length === 0) return { passed: true, reason: `found ${names}` };
  return { passed: false, reason: `wanted ${missing.map(shown).join(" and ")}, found ${names}` };
}

function fits({ tool, input }: WantedCall, made: MadeCall): boolean {
  if (made.tool_name.toLowerCase() !== tool.toLowerCase()) return false;
  if (input === undefined) return true;
  if (typeof input === "string") {
    const text = typeof made.input === "string" ? made.input : JSON.stringify(made.input);
    return checkContains([input], text).passed;
  }
  return includesValue(made.input, input);
}
