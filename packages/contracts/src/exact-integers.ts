import { JsonScanner } from "@bullpen/base";

/**
 * Numbers of JSON that JavaScript cannot hold: integers beyond 2^53, and what is larger than any of its
 * numbers. Parsed as numbers they would become others. So such a number travels as a text, its digits behind
 * a mark, through jobs and from process to process, and becomes a number again where JSON is written for
 * somebody else.
 */
const MARK = "\ue000number:";
const MARKED = /^\ue000number:(-?\d[\d.eE+-]*)$/;
const NUMBER = /-?\d[\d.eE+-]*/y;
const MARKED_IN_JSON = /"\ue000number:(-?\d[\d.eE+-]*)"(?!:)/g;

/** As `JSON.parse`; numbers that JavaScript cannot hold are marked texts. @throws {SyntaxError} */
export function parseExactly(json: string): unknown {
  const value: unknown = JSON.parse(json);
  // Nearly always: no run of digits is long enough, and no exponent.
  if (!/\d{16}|\d[eE]\+?\d{3}/.test(json) || json.includes("\ue000") || /\\ue000/i.test(json)) return value;
  return JSON.parse(markNumbers(json));
}

/** As `JSON.stringify`; marked texts are numbers again. */
export function stringifyExactly(value: unknown): string {
  return withNumbers(JSON.stringify(value) ?? "null");
}

/** A JSON text with its marked texts replaced by the numbers that they represent. */
export function withNumbers(json: string): string {
  return json.replace(MARKED_IN_JSON, "$1");
}

/** The value with the nearest numbers in the place of marked texts: for checks, which need numbers. */
export function withNearestNumbers(value: unknown): unknown {
  return mapMarked(value, Number);
}

/** The value with the digits alone in the place of marked texts: for JSON that JavaScript is to read. */
export function withDigits(value: unknown): unknown {
  return mapMarked(value, (digits) => digits);
}

/** A number in a value that JavaScript cannot hold, as it was written. */
export function findLongNumber(value: unknown): string | undefined {
  let found: string | undefined;
  mapMarked(value, (digits) => {
    found ??= digits;
    return digits;
  });
  return found;
}

/** @param json is valid, so that structure has no other digits than those of its numbers. */
function markNumbers(json: string): string {
  const scanner = new JsonScanner();
  let marked = "";
  let copied = 0;
  for (let at = 0; at < json.length; at++) {
    const isStructure = scanner.push(json.charAt(at));
    if (!isStructure || !startsNumber(json.charCodeAt(at))) continue;
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(json)?.[0] ?? "";
    if (!isHeld(number)) {
      marked += `${json.slice(copied, at)}"${MARK}${number}"`;
      copied = at + number.length;
    }
    at += number.length - 1;
  }
  return marked + json.slice(copied);
}

/** A minus sign or a digit. */
function startsNumber(code: number): boolean {
  return code === 45 || (code >= 48 && code <= 57);
}

function isHeld(token: string): boolean {
  const value = Number(token);
  return /^-?\d+$/.test(token) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** A copy with other values for marked texts. Without recursion: who wrote the value decides how deep it is. */
function mapMarked(root: unknown, map: (digits: string) => unknown): unknown {
  const copy: Record<string, unknown> = { root };
  const pending: object[] = [copy];
  for (let holder = pending.pop(); holder; holder = pending.pop()) {
    // Every key is the copy's own, so that a key `__proto__` is read and written like any other.
    for (const key of Object.keys(holder)) {
      const value: unknown = Reflect.get(holder, key);
      if (typeof value === "string") {
        const digits = MARKED.exec(value)?.[1];
        if (digits !== undefined) Reflect.set(holder, key, map(digits));
      } else if (typeof value === "object" && value !== null) {
        const inner = Array.isArray(value) ? [...value] : { ...value };
        Reflect.set(holder, key, inner);
        pending.push(inner);
      }
    }
  }
  return copy.root;
}
