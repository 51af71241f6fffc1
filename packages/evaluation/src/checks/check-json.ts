import { isDeepStrictEqual } from "node:util";
import { JsonScanner } from "@bullpen/base";
import { findFault } from "@bullpen/json-schema";
import { shown, type Verdict } from "./verdict.js";

export interface JsonOptions {
  /**
   * `includes`: objects may have more fields than wanted. `schema`: what is wanted is a JSON Schema, which the value has
   * to fit. Default: `equal`.
   */
  readonly mode?: "equal" | "includes" | "schema" | undefined;
}

/** Places at which a JSON value is looked for in prose. */
const MAX_STARTS = 50;

/** Whether an answer holds a wanted JSON value: the whole answer, a fenced block, or the first value within prose. */
export function checkJson(wanted: unknown, answer: string, { mode = "equal" }: JsonOptions = {}): Verdict {
  const found = findJson(answer);
  if (found === undefined) return { passed: false, reason: `wanted ${shown(wanted)}, found no JSON` };
  if (mode === "schema") return checkSchema(wanted, found.value);
  const passed =
    mode === "includes" ? includesValue(found.value, wanted) : isDeepStrictEqual(found.value, wanted);
  return { passed, reason: `wanted ${shown(wanted)}, found ${shown(found.value)}` };
}

function checkSchema(schema: unknown, value: unknown): Verdict {
  // A cast: the dataset was read by its schema.
  const fault = findFault(schema as Readonly<Record<string, unknown>>, JSON.stringify(value));
  return {
    passed: fault === undefined,
    reason: `found ${shown(value)}${fault === undefined ? "" : `: ${fault}`}`,
  };
}

/** Whether a value has all that is wanted: fields of objects may be more, arrays have the same length. */
export function includesValue(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value) || value.length !== wanted.length) return false;
    return wanted.every((each, i) => includesValue(value[i], each));
  }
  if (typeof wanted !== "object" || wanted === null) return isDeepStrictEqual(value, wanted);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(wanted).every(
    ([key, each]) => fields.has(key) && includesValue(fields.get(key), each),
  );
}

function findJson(answer: string): { readonly value: unknown } | undefined {
  const whole = parse(answer.trim());
  if (whole) return whole;
  let starts = 0;
  for (let at = 0; at < answer.length && starts < MAX_STARTS; at++) {
    const unit = answer[at];
    if (unit !== "{" && unit !== "[") continue;
    starts++;
    const end = endOfValue(answer, at);
    const value = end === undefined ? undefined : parse(answer.slice(at, end));
    if (value) return value;
  }
  return undefined;
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Where the bracket that opens at a place is closed. */
function endOfValue(text: string, start: number): number | undefined {
  const scanner = new JsonScanner();
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charAt(at);
    if (!scanner.push(unit)) continue;
    if (unit === "{" || unit === "[") depth++;
    else if ((unit === "}" || unit === "]") && --depth === 0) return at + 1;
  }
  return undefined;
}
