import { type ComparableTextOptions, comparableText, withoutQuotes } from "@bullpen/base";
import { shown, type Verdict } from "./verdict.js";

export interface ContainsOptions extends ComparableTextOptions {
  /** Whether one of several answers is enough. Default: `any`. */
  readonly mode?: "any" | "all" | undefined;
}

/** Whether an answer is one of the wanted texts. Case, white space, outer quotation marks and a full stop do not count. */
export function checkExact(
  wanted: readonly string[],
  answer: string,
  options: ComparableTextOptions = {},
): Verdict {
  const said = withoutQuotes(comparableText(answer, options));
  const passed = wanted.some((text) => withoutQuotes(comparableText(text, options)) === said);
  return { passed, reason: `wanted ${oneOf(wanted)}, found ${shown(answer.trim())}` };
}

/** Whether an answer contains wanted texts as whole words: 5 is not in 15. */
export function checkContains(
  wanted: readonly string[],
  answer: string,
  { mode = "any", ...options }: ContainsOptions = {},
): Verdict {
  const said = comparableText(answer, options);
  const missing = wanted.filter((text) => !includesWords(said, comparableText(text, options)));
  const passed = mode === "all" ? missing.length === 0 : missing.length < wanted.length;
  if (passed) return { passed, reason: `contains ${mode === "all" ? shown(wanted) : oneOf(wanted)}` };
  return {
    passed,
    reason: `wanted ${mode === "all" ? shown(missing) : oneOf(wanted)}, found ${shown(answer.trim())}`,
  };
}

function oneOf(wanted: readonly string[]): string {
  return wanted.length === 1 ? shown(wanted[0]) : `one of ${shown(wanted)}`;
}

function includesWords(text: string, wanted: string): boolean {
  if (wanted === "") return false;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    if (!joins(text, at) && !joins(text, end)) return true;
  }
  return false;
}

/** Whether the characters before and after a place belong to one word. */
function joins(text: string, at: number): boolean {
  if (at === 0 || at === text.length) return false;
  return /^[\p{L}\p{N}]{2}$/u.test(`${text[at - 1]}${text[at]}`);
}
