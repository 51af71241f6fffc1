import { errorMessage } from "@bullpen/base";
import { RE2JS } from "re2js";
import { shown, type Verdict } from "./verdict.js";

export interface RegexOptions {
  /** Default: false. */
  readonly case_sensitive?: boolean | undefined;
}

/** Longest pattern, in UTF-16 units: its automaton must fit in memory. */
const MAX_PATTERN = 2_000;

/**
 * Whether a pattern is found in an answer. The engine is RE2's, whose time grows with the text's length alone, so no
 * pattern and no answer can block the process. It has no backreferences and no look-around.
 */
export function checkRegex(pattern: string, answer: string, options: RegexOptions = {}): Verdict {
  const passed = compile(pattern, options).matcher(answer).find();
  return { passed, reason: `${passed ? "matches" : "does not match"} ${shown(pattern)}` };
}

/** Why a pattern cannot be used; `undefined` if it can. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `has more than ${MAX_PATTERN} characters. Shorten it`;
  try {
    compile(pattern, {});
    return undefined;
  } catch (error) {
    return `is no pattern of RE2 (${errorMessage(error)}). Look-around and backreferences are not available`;
  }
}

function compile(pattern: string, { case_sensitive }: RegexOptions): RE2JS {
  const flags = RE2JS.MULTILINE | (case_sensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  return RE2JS.compile(pattern, flags);
}
