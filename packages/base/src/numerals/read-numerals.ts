import { readNumberWords, SCALES } from "./number-words.js";
import type { Numeral } from "./numeral.js";
import { NumeralScanner } from "./numeral-scanner.js";

/** What a letter directly after a number multiplies it by. */
const SUFFIXES: Readonly<Record<string, number>> = { k: 1e3, bn: 1e9 };
const PERCENT = new Set(["%", "percent", "pct"]);
/** Denominators that LaTeX writes; longer ones are no answer to read. */
const FRACTION = /\\[dt]?frac\{(-?\d{1,20})\}\{(\d{1,20})\}/g;

/**
 * The numbers of a text in their order: with thousands separators, decimals, fractions, powers of ten, percent signs
 * and scale words. A text without digits is read for numbers in words. Digits within words (`H2O`) are no numbers.
 * Takes time that grows with the text's length alone.
 */
export function readNumerals(text: string): Numeral[] {
  const plain = withoutLatex(text);
  const numerals: Numeral[] = [];
  for (let at = 0; at < plain.length; ) {
    const scanner = new NumeralScanner(plain, at);
    if (/[\p{L}_]/u.test(scanner.peek())) at = endOfWord(plain, at);
    else if (isStart(scanner)) {
      numerals.push(readNumeral(scanner, plain, at));
      at = scanner.at;
    } else at++;
  }
  return numerals.length > 0 ? numerals : readNumberWords(plain).map(toNumeral);
}

function withoutLatex(text: string): string {
  return text
    .replace(FRACTION, "$1/$2")
    .replaceAll("{,}", ",")
    .replaceAll("\\,", "")
    .replaceAll("\\%", "%")
    .replaceAll("\\$", "$");
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && /[\p{L}\d_]/u.test(text[at] ?? "")) at++;
  return at;
}

function isStart(scanner: NumeralScanner): boolean {
  if (scanner.isDigit() || (scanner.peek() === "." && scanner.isDigit(1))) return true;
  return /[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/.test(scanner.peek());
}

function readNumeral(scanner: NumeralScanner, text: string, at: number): Numeral {
  const sign = isNegative(text, at) ? -1 : 1;
  const vulgar = scanner.vulgarFraction();
  const { whole, decimals } = vulgar === undefined ? scanner.decimal() : { whole: "", decimals: "" };
  let value = vulgar ?? Number(`${whole || "0"}.${decimals || "0"}`);
  let digits = decimals === "" && whole !== "" ? whole : undefined;
  if (digits !== undefined) {
    const denominator = scanner.denominator();
    const fraction = denominator === undefined ? scanner.mixedFraction() : undefined;
    if (denominator !== undefined) value /= denominator;
    else if (fraction !== undefined) value += fraction;
    if (denominator !== undefined || fraction !== undefined) digits = undefined;
  }
  const exponent = vulgar === undefined ? scanner.exponent() : 0;
  if (exponent !== 0) {
    value = Number(`${value}e${exponent}`);
    digits = undefined;
  }
  const { readings, unit } = readUnit(scanner, sign * value);
  return { readings, digits, decimals: decimals.length, unit, at };
}

/** A sign or the word `minus` or `negative` before the number. A dash between two numbers is no sign. */
function isNegative(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 12), at);
  if (/(?:^|[^\p{L}])(?:minus|negative) $/iu.test(before)) {
    return !/\d\s{0,2}minus $/iu.test(before);
  }
  const sign = /[-−]\p{Sc}?$/u.exec(before);
  if (!sign) return false;
  return !/(?:[\p{L}\d)%]|[\d)%]\s)$/u.test(before.slice(0, sign.index));
}

function readUnit(scanner: NumeralScanner, value: number): { readings: number[]; unit: string } {
  const start = scanner.at;
  const isAttached = scanner.peek() !== " " && scanner.peek() !== "\u00a0";
  scanner.spaces();
  let unit = scanner.word();
  if (unit === "per" && scanner.take(" cent")) unit = "%";
  if (PERCENT.has(unit)) return { readings: [value, value / 100], unit: "%" };
  const scale = SCALES[unit] ?? (isAttached ? SUFFIXES[unit] : undefined);
  if (scale !== undefined) return { readings: [value * scale, value], unit };
  // The unit is read again as a word: only its end matters to the caller.
  if (unit === "") scanner.at = start;
  return { readings: [value], unit };
}

function toNumeral(value: number): Numeral {
  const digits = Number.isSafeInteger(value) ? String(value) : undefined;
  return { readings: [value], digits, decimals: 0, unit: "", at: 0 };
}
