import type { CharSet } from "./char-set.js";
import type { Expression, Rules } from "./parse-gbnf.js";

/** A place in a rule. The rule ends at `end`. */
export type Place =
  | { readonly id: number; readonly type: "characters"; readonly set: CharSet; readonly next: Place }
  | { readonly id: number; readonly type: "rule"; readonly rule: Rule; readonly next: Place }
  /** The grammar goes on at any of these. */
  | { readonly id: number; readonly type: "split"; readonly to: Place[] }
  | { readonly id: number; readonly type: "end" };

interface Rule {
  start: Place;
}

/** Where a grammar's text starts. */
export interface CompiledRules {
  readonly root: Rule;
  readonly places: number;
}

/** A grammar that is not followed: a rule begins with itself, or is missing. */
class GrammarError extends Error {
  override readonly name = "GrammarError";
}

/** Makes the places of a grammar's rules. Throws a {@link GrammarError} for one that begins with itself. */
export function compileRules(rules: Rules): CompiledRules {
  refuseLeftRecursion(rules);
  return new RuleCompiler(rules).compile();
}

class RuleCompiler {
  readonly #rules: Rules;
  readonly #compiled = new Map<string, Rule>();
  #places = 0;
  readonly #end: Place = { id: this.#places++, type: "end" };

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  compile(): CompiledRules {
    return { root: this.#named("root"), places: this.#places };
  }

  #named(name: string): Rule {
    let rule = this.#compiled.get(name);
    if (!rule) {
      const body = this.#rules.get(name);
      if (!body) throw new GrammarError(`A grammar has no rule ${name}.`);
      rule = { start: this.#end };
      // Before its body, which may refer to it.
      this.#compiled.set(name, rule);
      rule.start = this.#before(body, this.#end);
    }
    return rule;
  }

  /** The place from which `expression` leads to `next`. */
  #before(expression: Expression, next: Place): Place {
    switch (expression.type) {
      case "characters":
        return { id: this.#places++, type: "characters", set: expression.set, next };
      case "rule":
        return { id: this.#places++, type: "rule", rule: this.#named(expression.name), next };
      case "sequence":
        return expression.parts.reduceRight((after, part) => this.#before(part, after), next);
      case "choice":
        return this.#split(expression.options.map((option) => this.#before(option, next)));
      case "repeat":
        return this.#repeat(expression, next);
    }
  }

  #repeat({ of, least, most }: Extract<Expression, { type: "repeat" }>, next: Place): Place {
    // What is repeated often is compiled once.
    const isShared =
      of.type !== "characters" &&
      of.type !== "rule" &&
      least + (most === Number.POSITIVE_INFINITY ? 1 : most) > 2;
    const rule = isShared ? { start: this.#before(of, this.#end) } : undefined;
    const before = (after: Place) =>
      rule ? ({ id: this.#places++, type: "rule", rule, next: after } as const) : this.#before(of, after);
    let place = next;
    if (most === Number.POSITIVE_INFINITY) {
      const loop = this.#split([next]);
      loop.to.push(before(loop));
      place = loop;
    } else {
      for (let count = least; count < most; count++) place = this.#split([next, before(place)]);
    }
    for (let count = 0; count < least; count++) place = before(place);
    return place;
  }

  #split(to: Place[]): Extract<Place, { type: "split" }> {
    return { id: this.#places++, type: "split", to };
  }
}

/** A rule that begins with itself has no first character. */
function refuseLeftRecursion(rules: Rules): void {
  const empty = rulesThatMayBeEmpty(rules);
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new GrammarError(`The rule ${name} of a grammar begins with itself.`);
    const body = rules.get(name);
    if (done.has(name) || !body) return;
    for (const first of firstRules(body, empty)) visit(first, [...path, name]);
    done.add(name);
  };
  for (const name of rules.keys()) visit(name, []);
}

function rulesThatMayBeEmpty(rules: Rules): ReadonlySet<string> {
  const empty = new Set<string>();
  for (let before = -1; before < empty.size; ) {
    before = empty.size;
    for (const [name, body] of rules) if (mayBeEmpty(body, empty)) empty.add(name);
  }
  return empty;
}

function mayBeEmpty(expression: Expression, empty: ReadonlySet<string>): boolean {
  switch (expression.type) {
    case "characters":
      return false;
    case "rule":
      return empty.has(expression.name);
    case "sequence":
      return expression.parts.every((part) => mayBeEmpty(part, empty));
    case "choice":
      return expression.options.some((option) => mayBeEmpty(option, empty));
    case "repeat":
      return expression.least === 0 || mayBeEmpty(expression.of, empty);
  }
}

/** The rules that may come first. */
function firstRules(expression: Expression, empty: ReadonlySet<string>): readonly string[] {
  switch (expression.type) {
    case "characters":
      return [];
    case "rule":
      return [expression.name];
    case "sequence": {
      const end = expression.parts.findIndex((part) => !mayBeEmpty(part, empty));
      return expression.parts
        .slice(0, end < 0 ? undefined : end + 1)
        .flatMap((part) => firstRules(part, empty));
    }
    case "choice":
      return expression.options.flatMap((option) => firstRules(option, empty));
    case "repeat":
      return firstRules(expression.of, empty);
  }
}
