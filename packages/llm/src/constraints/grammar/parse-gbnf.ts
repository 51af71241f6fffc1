import type { CharSet } from "./char-set.js";

/** What a rule's body is made of. */
export type Expression =
  | { readonly type: "characters"; readonly set: CharSet }
  | { readonly type: "rule"; readonly name: string }
  | { readonly type: "sequence"; readonly parts: readonly Expression[] }
  | { readonly type: "choice"; readonly options: readonly Expression[] }
  /** `most` may be infinite. */
  | { readonly type: "repeat"; readonly of: Expression; readonly least: number; readonly most: number };

/** The rules of a grammar by their names. */
export type Rules = ReadonlyMap<string, Expression>;

/** Reads the part of GBNF that constraints are written in: a rule a line, no comments. Throws where it is another. */
export function parseGbnf(gbnf: string): Rules {
  const rules = new Map<string, Expression>();
  for (const line of gbnf.split("\n").filter((each) => each.trim() !== "")) {
    const end = line.indexOf(" ::= ");
    if (end < 0) throw new Error(`This line of a grammar is no rule: ${line}`);
    rules.set(line.slice(0, end), new RuleParser(line.slice(end + 5)).parse());
  }
  return rules;
}

class RuleParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Expression {
    const expression = this.#choice();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return expression;
  }

  #choice(): Expression {
    const options = [this.#sequence()];
    while (this.#takes("|")) options.push(this.#sequence());
    return options.length === 1 ? (options[0] as Expression) : { type: "choice", options };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      this.#skipSpace();
      const next = this.#text[this.#at];
      if (next === undefined || next === "|" || next === ")") break;
      parts.push(...this.#repeated());
    }
    return parts.length === 1 ? (parts[0] as Expression) : { type: "sequence", parts };
  }

  #repeated(): readonly Expression[] {
    const parts = this.#element();
    const bounds = this.#bounds();
    if (!bounds) return parts;
    const of = parts.length === 1 ? (parts[0] as Expression) : ({ type: "sequence", parts } as const);
    return [{ type: "repeat", of, ...bounds }];
  }

  #bounds(): { least: number; most: number } | undefined {
    if (this.#takesAtOnce("?")) return { least: 0, most: 1 };
    if (this.#takesAtOnce("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#takesAtOnce("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    const braces = /\{(\d{1,9})(?:(,)(\d{0,9}))?\}/y;
    braces.lastIndex = this.#at;
    const match = braces.exec(this.#text);
    if (!match) return undefined;
    this.#at = braces.lastIndex;
    const least = Number(match[1]);
    const endless = match[2] === "," && match[3] === "";
    return { least, most: endless ? Number.POSITIVE_INFINITY : Number(match[3] || least) };
  }

  /** The characters of a literal one by one, or one other element. */
  #element(): readonly Expression[] {
    if (this.#takesAtOnce('"')) return this.#literal();
    if (this.#takesAtOnce("[")) return [{ type: "characters", set: this.#set() }];
    if (this.#takesAtOnce("(")) {
      const inner = this.#choice();
      if (!this.#takes(")")) throw this.#unexpected();
      return [inner];
    }
    const name = /[a-zA-Z0-9-]+/y;
    name.lastIndex = this.#at;
    const match = name.exec(this.#text);
    if (!match) throw this.#unexpected();
    this.#at = name.lastIndex;
    return [{ type: "rule", name: match[0] }];
  }

  #literal(): readonly Expression[] {
    const parts: Expression[] = [];
    while (!this.#takesAtOnce('"')) {
      const point = this.#character();
      parts.push({ type: "characters", set: { isNegated: false, ranges: [[point, point]] } });
    }
    return parts;
  }

  #set(): CharSet {
    const isNegated = this.#takesAtOnce("^");
    const ranges: [number, number][] = [];
    while (!this.#takesAtOnce("]")) {
      const first = this.#character();
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]";
      if (isRange) this.#at++;
      ranges.push([first, isRange ? this.#character() : first]);
    }
    return { isNegated, ranges };
  }

  /** The next character of a literal or a set, which an escape may stand for. */
  #character(): number {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) throw this.#unexpected();
    this.#at += point > 0xffff ? 2 : 1;
    if (point !== 0x5c) return point;
    const escaped = this.#text[this.#at] ?? "";
    this.#at++;
    if (escaped === "n") return 0x0a;
    if (escaped !== "x") return escaped.charCodeAt(0);
    this.#at += 2;
    return Number.parseInt(this.#text.slice(this.#at - 2, this.#at), 16);
  }

  #takes(char: string): boolean {
    this.#skipSpace();
    return this.#takesAtOnce(char);
  }

  #takesAtOnce(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === " ") this.#at++;
  }

  #unexpected(): Error {
    return new Error(`A grammar's rule has something unexpected at ${this.#at}: ${this.#text}`);
  }
}
