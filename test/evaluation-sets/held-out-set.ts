import { ONE_STEP, PERCENT, type Phrasing, TWO_STEPS, UNITS } from "./calculations.js";
import { Random } from "./random.js";
import { makeWorld } from "./world.js";

/** Another seed gives another set; results of different seeds cannot be compared case by case. */
const SEED = 20261128;

/** How many cases each class has: 400 together. */
const SIZES = { oneStep: 80, twoSteps: 120, percent: 60, units: 40, lookUp: 80, nothing: 20 };

/** A reply that says that there is nothing to say. */
const SAYS_NOTHING = "\\b(no|not|nothing|none|unable|cannot|unknown|couldn't|don't|didn't)\\b";

export interface HeldOutSet {
  /** Lines of the dataset. */
  readonly lines: readonly string[];
  /** File names and texts of the documents that its look-ups search. */
  readonly documents: ReadonlyMap<string, string>;
}

/** The held-out set: the same on every machine. */
export function makeHeldOutSet(): HeldOutSet {
  const random = new Random(SEED);
  const world = makeWorld(random, SIZES.lookUp, SIZES.nothing);
  const cases = [
    ...calculations(random, "one step", ONE_STEP, SIZES.oneStep),
    ...calculations(random, "two steps", TWO_STEPS, SIZES.twoSteps),
    ...calculations(random, "percent", PERCENT, SIZES.percent),
    ...calculations(random, "units", UNITS, SIZES.units),
    ...world.lookUps.map(({ question, value }, i) => ({
      id: `look-up-${i + 1}`,
      class: "look-up",
      question,
      answer: value,
      check: "contains",
    })),
    ...world.unanswerable.map((question, i) => ({
      id: `nothing-${i + 1}`,
      class: "nothing to find",
      question,
      answer: SAYS_NOTHING,
      check: "regex",
    })),
  ];
  return { lines: cases.map((each) => JSON.stringify(each)), documents: world.documents };
}

function calculations(random: Random, name: string, phrasings: readonly Phrasing[], count: number) {
  const asked = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    const phrasing = phrasings[i % phrasings.length];
    if (!phrasing) throw new Error(`${name} has no phrasing.`);
    for (;;) {
      const numbers = phrasing.sample(random);
      const question = phrasing.text.replaceAll(/\{(\w)\}/g, (_, slot: string) => String(numbers[slot]));
      if (asked.has(question)) continue;
      asked.add(question);
      const id = `${name.replace(" ", "-")}-${i + 1}`;
      return { id, class: name, question, answer: phrasing.answer(numbers), check: "numeric" };
    }
  });
}
