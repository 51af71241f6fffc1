import { quote } from "./quote.js";

/** Arrays and objects inside each other. JSON.stringify and other recursive code give up at some thousand. */
const MAX_NESTING = 100;
/** Values in one request, those in arrays and objects together. */
export const MAX_VALUES = 100_000;

/** A value that no request may hold: its path, and what is wrong with it. */
export interface UnfitValue {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
}

interface Place {
  readonly value: object;
  /** The place that holds this one, and under which key; `undefined` for the outermost. */
  readonly parent: Place | undefined;
  readonly key: PropertyKey;
  readonly depth: number;
}

/**
 * Finds what makes a parsed JSON value unfit for all later steps, before a schema reads it: values
 * nested too deeply, too many of them, a key `__proto__`, text that is not well-formed Unicode, text with
 * U+0000. It works without recursion, so that no value is too deep for it.
 */
export function findUnfitValue(root: unknown): UnfitValue | undefined {
  if (typeof root === "string") return textProblem(root, []);
  if (!isHolder(root)) return undefined;
  const open: Place[] = [{ value: root, parent: undefined, key: "", depth: 1 }];
  let count = 0;
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place.depth > MAX_NESTING) {
      return { path: fieldOf(place), problem: `is nested more than ${MAX_NESTING} levels deep` };
    }
    for (const [key, value] of entriesOf(place.value)) {
      if (++count > MAX_VALUES) {
        return { path: fieldOf(place), problem: `holds more than ${MAX_VALUES} values` };
      }
      const unfit = keyProblem(key, place) ?? (typeof value === "string" && textProblem(value, place, key));
      if (unfit) return unfit;
      if (isHolder(value)) open.push({ value, parent: place, key, depth: place.depth + 1 });
    }
  }
  return undefined;
}

/** The value without the keys whose value is `null`, at all depths. It must not be nested too deeply. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isHolder(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}

function isHolder(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function entriesOf(value: object): Iterable<[PropertyKey, unknown]> {
  return Array.isArray(value) ? value.entries() : Object.entries(value);
}

function keyProblem(key: PropertyKey, place: Place): UnfitValue | undefined {
  if (typeof key !== "string") return undefined;
  if (key === "__proto__") return { path: [...pathOf(place), key], problem: "is not a possible name" };
  if (key.isWellFormed()) return undefined;
  const path = [...pathOf(place), key.toWellFormed()];
  return { path, problem: `is named ${quote(key)}, which is not well-formed Unicode` };
}

function textProblem(text: string, place: Place | readonly [], key?: PropertyKey): UnfitValue | undefined {
  const problem = !text.isWellFormed()
    ? "must be well-formed Unicode (it holds a lone surrogate)"
    : text.includes("\0") && "must not hold the character U+0000";
  if (!problem) return undefined;
  return { path: "depth" in place && key !== undefined ? [...pathOf(place), key] : [], problem };
}

/** The outermost key: of a value as large as this nobody looks for the innermost. */
function fieldOf(place: Place): PropertyKey[] {
  return pathOf(place)
    .slice(0, 1)
    .filter((key) => typeof key === "string");
}

function pathOf(place: Place): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) path.unshift(at.key);
  return path;
}
