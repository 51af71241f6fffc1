/** What a check says of an answer. */
export interface Verdict {
  readonly passed: boolean;
  /** What was wanted and what was found, for people. */
  readonly reason: string;
}

/** Characters of a text that a reason quotes. */
const MAX_QUOTED = 120;

/** A value as a reason shows it. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}
