import { type Numeral, readNumerals } from "@bullpen/base";
import { shown, type Verdict } from "./verdict.js";

export interface NumericOptions {
  /** The largest difference that is right. */
  readonly tolerance?: number | undefined;
  /** The same as a share of the wanted number. */
  readonly relative_tolerance?: number | undefined;
  /** Factors of units after a number, to the unit of the wanted number: `{"km": 1000, "m": 1}`. */
  readonly units?: Readonly<Record<string, number>> | undefined;
}

/** What binary fractions add by themselves: 0.1 + 0.2 differs from 0.3 by a part of 2e-16. */
const ROUNDING_ERROR = 1e-12;
/** An answer that shows so many decimals and is rounded right is right. */
const ROUNDED_DECIMALS = 2;
/** Numbers of an answer that a reason lists. */
const MAX_LISTED = 8;

/**
 * Whether an answer states a number. The answer may be prose. What counts is the number after `####` or in `\boxed{}`;
 * without these the last number, or the last one that the question does not name.
 */
export function checkNumeric(
  wanted: string | number,
  { answer, question }: { readonly answer: string; readonly question: string },
  options: NumericOptions = {},
): Verdict {
  const [expected] = readNumerals(String(wanted));
  const stated = readNumerals(markedPart(answer) ?? answer);
  if (!expected) return { passed: false, reason: `${shown(wanted)} is no number` };
  if (stated.length === 0) return { passed: false, reason: `wanted ${wanted}, found no number` };
  const candidates = markedPart(answer) === undefined ? candidatesOf(stated, question) : stated.slice(0, 1);
  const passed = candidates.some((candidate) => isSame(expected, candidate, options));
  const listed = stated.slice(-MAX_LISTED).map(({ readings }) => readings[0]);
  return { passed, reason: `wanted ${wanted}, found ${listed.join(", ")}` };
}

/** Whether a text can be the answer of a numeric check. */
export function isNumeric(text: string): boolean {
  return readNumerals(text).length === 1;
}

function candidatesOf(stated: readonly Numeral[], question: string): Numeral[] {
  const asked = new Set(readNumerals(question).map(({ readings }) => readings[0]));
  const last = stated.slice(-1);
  const lastNew = stated.filter(({ readings }) => !asked.has(readings[0])).slice(-1);
  return [...last, ...lastNew];
}

/** The text after the last `####`, or within the last `\boxed{}`. */
function markedPart(answer: string): string | undefined {
  for (const mark of ["####", "\\boxed{"]) {
    const at = answer.lastIndexOf(mark);
    if (at < 0) continue;
    const part = answer.slice(at + mark.length);
    if (readNumerals(part).length > 0) return part;
  }
  return undefined;
}

function isSame(expected: Numeral, found: Numeral, options: NumericOptions): boolean {
  const { tolerance, relative_tolerance: relative, units } = options;
  const factor = units?.[found.unit] ?? 1;
  const isStrict = tolerance === undefined && relative === undefined;
  if (isStrict && factor === 1 && expected.digits !== undefined && found.digits !== undefined) {
    const signs = [expected, found].map(({ readings }) => Math.sign(readings[0] ?? 0));
    const isWhole = [expected, found].every(({ readings }) => readings.length === 1);
    if (isWhole) return signs[0] === signs[1] && BigInt(expected.digits) === BigInt(found.digits);
  }
  return expected.readings.some((wanted) =>
    found.readings.some((reading) => {
      const value = reading * factor;
      const difference = Math.abs(value - wanted);
      if (!isStrict)
        return difference <= Math.max(tolerance ?? 0, (relative ?? 0) * Math.abs(wanted)) + slack(wanted);
      return difference <= slack(wanted) || isRounded(wanted, value, found.decimals);
    }),
  );
}

function slack(wanted: number): number {
  return ROUNDING_ERROR * Math.abs(wanted);
}

/** Whether a value is the wanted one, rounded to the decimals that are shown. */
function isRounded(wanted: number, value: number, decimals: number): boolean {
  if (decimals < ROUNDED_DECIMALS) return false;
  return Math.abs(value - wanted) <= 0.5 * 10 ** -decimals + slack(wanted);
}
