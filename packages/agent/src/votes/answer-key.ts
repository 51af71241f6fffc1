import { comparableText, type Numeral, readNumerals, withoutQuotes } from "@bullpen/base";
import { parseExactly, type ReturnedCall, stringifyExactly } from "@bullpen/contracts";
import { withSortedKeys } from "../sorted-keys.js";

/** Where an answer states its result after it has reasoned. The last of them counts. */
const MARKS = ["####", "\\boxed{", "final answer:", "answer is", "answer:"] as const;

/** Significant digits of a number that count: 0.1 + 0.2 is 0.3. */
const SIGNIFICANT_DIGITS = 12;

/**
 * What two answers to a question have in common if they agree, and no others: a number, JSON, or the text.
 *
 * - JSON is the same whatever the order of its keys and its white space.
 * - An answer that holds exactly one number which the question does not hold is that number: `72`, `$72.00` and
 *   `12 + 60 = 72` agree. One that holds several (a date, the two roots of an equation) is compared as a text.
 * - After a mark of the result, such as `####` or "the answer is", only the rest counts.
 * - All others are texts without case, white space, the punctuation of sentences and a leading article.
 */
export function answerKey(answer: string, question: string): string {
  const json = parseJson(answer);
  if (json !== undefined) return `json ${stringifyExactly(withSortedKeys(json))}`;
  const statement = lastStatement(answer);
  const number = numberStated(statement, question);
  if (number !== undefined) return `number ${number}`;
  return `text ${plainText(statement)}`;
}

/** The same for calls of the same tools with the same arguments, whatever the order of their keys. */
export function callsKey(calls: readonly ReturnedCall[]): string {
  const made = calls.map((call) => [call.name, withSortedKeys(parseJson(call.arguments) ?? call.arguments)]);
  return `calls ${stringifyExactly(made)}`;
}

function parseJson(text: string): unknown {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) return undefined;
  try {
    return parseExactly(trimmed);
  } catch {
    return undefined;
  }
}

/** The part after the last mark of a result; the whole answer where there is none. */
function lastStatement(answer: string): string {
  const lower = answer.toLowerCase();
  if (lower.length !== answer.length) return answer; // places in the one are not those in the other
  const ends = MARKS.flatMap((mark) => {
    const at = lower.lastIndexOf(mark);
    return at < 0 ? [] : [at + mark.length];
  });
  const marked = answer.slice(Math.max(...ends, 0));
  return /[\p{L}\p{N}]/u.test(marked) ? marked : answer;
}

/** Operators and brackets stay: they tell formulas apart. Points and commas before a digit are parts of a number. */
function plainText(statement: string): string {
  const whole = comparableText(statement);
  const text = withoutQuotes(whole.replace(/[.,;:!?"“”„«»`](?!\d)/g, ""));
  return (text === "" ? whole : text).replace(/^(?:an?|the) (?=\p{L})/u, "");
}

/** The one number that a statement brings; `undefined` if it brings none or several. */
function numberStated(statement: string, question: string): string | undefined {
  const stated = numeralsIn(resultOf(statement));
  const asked = new Set(readNumerals(question).map(keyOf));
  const brought = [...new Set(stated.map(keyOf))];
  const isNew = brought.filter((key) => !asked.has(key));
  if (isNew.length === 1) return isNew[0];
  // An answer may also be a number of the question: "Which is larger, 3 or 5?"
  return brought.length === 1 ? brought[0] : undefined;
}

/** The right side of the last calculation, `12 + 60 = 72`. What is no calculation (`x = 2`) stays whole. */
function resultOf(statement: string): string {
  const at = statement.lastIndexOf("=");
  const isCalculation = at > 0 && /[\p{N})%]\s?$/u.test(statement.slice(at - 2, at));
  const result = statement.slice(at + 1);
  return isCalculation && /\p{N}/u.test(result) ? result : statement;
}

/** Numbers in digits; in words only where the statement is nothing else: "forty-two", "six apples", not "no one". */
function numeralsIn(statement: string): Numeral[] {
  if (/\p{N}/u.test(statement)) return readNumerals(statement);
  const words = statement.toLowerCase().match(/\p{L}+/gu) ?? [];
  const isNumber = (word: string) =>
    word === "and" ||
    ["hundred", "thousand", "million", "billion"].includes(word) ||
    readNumerals(word).length > 0;
  return words.slice(0, Math.max(words.length - 1, 1)).every(isNumber) ? readNumerals(statement) : [];
}

function keyOf({ digits, readings }: Numeral): string {
  const [value = 0] = readings;
  if (digits !== undefined && readings.length === 1) return `${value < 0 ? "-" : ""}${BigInt(digits)}`;
  const rounded = Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return Number.isInteger(rounded) ? String(BigInt(rounded)) : String(rounded);
}
