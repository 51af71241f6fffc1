const LONGEST_QUOTE = 100;
const LONGEST_NAME = 64;

/** A caller's value inside a message, kept short: a text as JSON writes it, of anything else what it is. */
export function quote(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(cut(value, LONGEST_QUOTE));
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === undefined) return "nothing";
  return Array.isArray(value) ? "an array" : "an object";
}

/** The name of a caller's parameter inside a message, kept short. */
export function shortName(name: string): string {
  return cut(name, LONGEST_NAME);
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;
}
