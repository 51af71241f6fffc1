import { type AST, parseRegExpLiteral } from "@eslint-community/regexpp";
import { sampleOf } from "./sample.js";

/** Characters of an attack. What takes time by their square takes 80 ms and more at this length on a fast machine. */
const LENGTH = 24_000;
/** A linear search of so many characters takes a fiftieth of it. */
const TOO_LONG_MS = 25;
const TRIES = 3;

/** Appended to an attack, so that what almost matched does not: nothing, a character that few classes hold, a line end. */
const ENDS = ["", "\u{10ffff}", "\n", "!"];

/**
 * A text on which an expression takes more than linear time, told by what it repeats; undefined where none
 * was found. Tried are, for each part that may repeat without limit, the text before it and the part
 * itself, over and over, alone and together: from each beginning the search goes on to the end again.
 */
export function findAttack(expression: RegExp): string | undefined {
  for (const unit of unitsOf(parseRegExpLiteral(expression))) {
    for (const [head, pumped] of unit) {
      const body = head + pumped.repeat(Math.ceil(LENGTH / pumped.length));
      for (const end of ENDS) {
        if (fastest(expression, body + end) > TOO_LONG_MS) return JSON.stringify([head, pumped, end]);
      }
    }
  }
  return undefined;
}

/** The quickest of a few tries: a machine that is busy makes some slow. */
function fastest(expression: RegExp, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES && best > TOO_LONG_MS; i++) {
    expression.lastIndex = 0;
    const startedAt = performance.now();
    expression.exec(text);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

type Attack = readonly [head: string, pumped: string];

function* unitsOf(literal: AST.RegExpLiteral): Generator<Attack[]> {
  for (const alternative of literal.pattern.alternatives) yield* unitsIn(alternative.elements, "");
}

function* unitsIn(elements: readonly AST.Element[], before: string): Generator<Attack[]> {
  let prefix = before;
  for (const element of elements) {
    yield* unitsOfElement(element, prefix);
    prefix += sampleOf(element);
  }
}

function* unitsOfElement(element: AST.Element, prefix: string): Generator<Attack[]> {
  if (element.type === "Quantifier") {
    if (element.max === Number.POSITIVE_INFINITY) {
      const part = sampleOf(element.element);
      const units = [part, prefix, prefix + part, part + prefix].filter((each) => each !== "");
      yield units.flatMap((unit): Attack[] => [
        ["", unit],
        [prefix, unit],
      ]);
    }
    yield* unitsOfElement(element.element, prefix);
  } else if (element.type === "Group" || element.type === "CapturingGroup") {
    for (const { elements } of element.alternatives) yield* unitsIn(elements, prefix);
  }
}
