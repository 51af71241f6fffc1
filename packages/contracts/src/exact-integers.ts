/**
 * Numbers of JSON that JavaScript cannot hold: integers beyond 2^53, and what is larger than any of its
 * numbers. Parsed as numbers they would become others. So such a number travels as a text, its digits behind
 * a mark, through jobs and from process to process, and becomes a number again where JSON is written for
 * somebody else.
 */
const MARK = "\ue000number:";
const MARKED = /^\ue000number:(-?\d[\d.eE+-]*)$/;
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

/** @param json is JSON: every string in it has its end. */
function markNumbers(json: string): string {
  let marked = "";
  for (let start = 0; start < json.length; ) {
    let end = start + 1;
    if (json[start] === '"') {
      while (json[end] !== '"') end += json[end] === "\\" ? 2 : 1;
      end++;
    } else if (/[-\d]/.test(json.charAt(start))) {
      while (/[\d.eE+-]/.test(json.charAt(end))) end++;
    }
    const token = json.slice(start, end);
    marked += /^[-\d]/.test(token) && !isHeld(token) ? `"${MARK}${token}"` : token;
    start = end;
  }
  return marked;
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
