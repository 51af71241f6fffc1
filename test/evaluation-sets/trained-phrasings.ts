import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../testing/run-app.js";

/** What the demo model's training data is made of. */
const TASKS = join(ROOT, "models/demo/tasks");

/** A phrasing as sets of words at each place: what is chosen or filled in is any of several words. */
interface TrainedPhrasing {
  readonly text: string;
  /** Words that every question made of it has, in their order; `*` for a slot. Alternatives are apart. */
  readonly words: readonly string[];
}

/**
 * The phrasings of the training data, held-out ones of its own evaluation among them: all lines of the task files and
 * all texts of their programs, with each choice `[this|that]` settled one way at a time.
 */
export function readTrainedPhrasings(): TrainedPhrasing[] {
  const texts = readdirSync(TASKS).flatMap((name) => {
    const text = readFileSync(join(TASKS, name), "utf8");
    if (name.endsWith(".txt")) {
      return text
        .split("\n")
        .flatMap((line) => /^(?!code|weight|steps|kind|value)[a-z]+: (.*)$/.exec(line)?.[1] ?? []);
    }
    return [...text.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, literal = ""]) => literal);
  });
  return texts
    .filter((text) => text.split(" ").length >= 3)
    .flatMap((text) => settled(text).map((each) => ({ text, words: wordsOf(each) })))
    .filter(({ words }) => words.some((word) => word !== "*"));
}

/** Choices of one phrasing that are settled; the rest of the combinations add no words in a new order. */
const MAX_SETTLED = 12;

/** A text with its choices settled: all first options, all second ones, and so on. */
function settled(text: string): string[] {
  const most = Math.max(
    1,
    ...[...text.matchAll(/\[([^[\]]*)\]/g)].map(([, all = ""]) => all.split("|").length),
  );
  const results = Array.from({ length: Math.min(most, MAX_SETTLED) }, (_, i) => {
    let result = text;
    while (/\[[^[\]]*\]/.test(result)) {
      result = result.replace(/\[([^[\]]*)\]/, (_whole, all: string) => {
        const options = all.split("|");
        return options[i % options.length] ?? "";
      });
    }
    return result;
  });
  return [...new Set(results)];
}

/** Lower-case words; numbers, names in the middle and slots are `*`. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/\{[^}]*\}|\d[\d,.:]*/g, " * ")
    .toLowerCase()
    .split(/[^a-z'*]+/)
    .filter((word) => word !== "")
    .map((word) => (word.includes("*") ? "*" : word));
}

/** How much of a question one phrasing of the training data gives, at most: its words in their order. */
export function overlapOf(
  question: string,
  trained: readonly TrainedPhrasing[],
): { readonly share: number; readonly phrasing: string } {
  const words = wordsOf(question);
  let best = { share: 0, phrasing: "" };
  for (const { text, words: phrasing } of trained) {
    if (Math.min(words.length, phrasing.length) <= best.share * words.length) continue;
    const share = commonLength(words, phrasing) / words.length;
    if (share > best.share) best = { share, phrasing: text };
  }
  return best;
}

/** The length of the longest common subsequence. */
function commonLength(one: readonly string[], two: readonly string[]): number {
  let row = new Array<number>(two.length + 1).fill(0);
  for (const word of one) {
    const next = [0];
    for (const [j, other] of two.entries()) {
      next.push(word === other ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    }
    row = next;
  }
  return row[two.length] ?? 0;
}
