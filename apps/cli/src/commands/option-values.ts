import { InvalidArgumentError } from "commander";

/** The value of an option that counts something. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return number;
}

/** The values of an option `key=value` that may be given several times. */
export function keyValue(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be key=value.");
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The values of an option that may be given several times. */
export function eachValue(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A century: later times are mistakes. */
const LONGEST_MS = 36_500 * 86_400_000;

/** Milliseconds of a time such as `90d`, `12h`, `30m` or `45s`. */
export function duration(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (count !== "" && milliseconds <= LONGEST_MS) return milliseconds;
  throw new InvalidArgumentError("It must be a number with a unit, such as 90d, 12h, 30m or 45s.");
}
