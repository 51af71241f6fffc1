import { FINAL_ANSWER, foldToolName, matchToolName } from "@bullpen/contracts";

/**
 * The tool that a model means by a name: the one with that name, or else the only one that differs
 * in what models add or drop: `functions.` before a name, `()` after it, spaces, `_` and `-`. A name
 * that is merely similar means none: the call would reach a tool that the model did not name.
 */
export function resolveToolName(written: string, names: readonly string[]): string | undefined {
  const match = matchToolName(written, names);
  if (match !== undefined) return match;
  const bare = bareName(written);
  const [like, ...others] = bare === "" ? [] : names.filter((name) => bareName(name) === bare);
  return others.length === 0 ? like : undefined;
}

function bareName(name: string): string {
  return foldToolName(name)
    .replace(/^(?:functions?|tools?)[.:/]/, "")
    .replace(/\(\)$/, "")
    .replace(/[\s_-]/g, "");
}

/** Words in the names that models use for an answer in place of {@link FINAL_ANSWER}, and words beside them. */
const ANSWER_WORDS: ReadonlySet<string> = new Set(
  "n answer answers reply response respond final finish done end none null nil nothing na no chat conversation message text assistant speak say conclusion".split(
    " ",
  ),
);
const WORDS_BESIDE: ReadonlySet<string> = new Set(
  "to the a an my your user direct directly plain tool tools needed required necessary use used result output".split(
    " ",
  ),
);

/** Whether a name that is not a tool's means that its input is the answer: `final_answer`, `Response`, `None`. */
export function isAnswerName(name: string): boolean {
  if (name === FINAL_ANSWER || name.trim() === "") return true;
  const words = foldToolName(name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")).match(/[\p{L}\p{N}]+/gu) ?? [];
  return (
    words.every((word) => ANSWER_WORDS.has(word) || WORDS_BESIDE.has(word)) &&
    words.some((word) => ANSWER_WORDS.has(word))
  );
}

const MAX_QUOTED = 100;

/** The message to a model that names a tool which the query does not have. */
export function describeUnknownTool(written: string, tools: readonly string[]): string {
  const quoted = written.length > MAX_QUOTED ? `${written.slice(0, MAX_QUOTED)}…` : written;
  const similar = tools.find((name) => isSimilar(written, name));
  const advice = similar === undefined ? "" : ` Did you mean ${JSON.stringify(similar)}?`;
  const known = tools.map((name) => JSON.stringify(name)).join(", ");
  const which = known === "" ? "There are none now." : `The tools are ${known}.`;
  return `there is no tool ${JSON.stringify(quoted)}.${advice} ${which} To answer the user, use "${FINAL_ANSWER}".`;
}

/** Letters by which a misspelt name may differ. Names are short: with more, other tools would match. */
const MAX_MISSPELT = 2;

function isSimilar(written: string, name: string): boolean {
  const [a, b] = [bareName(written), bareName(name)];
  if (a === "" || a.length > 2 * b.length + MAX_MISSPELT) return false;
  if (b.endsWith(`.${a}`) || (a.length > MAX_MISSPELT && (a.startsWith(b) || b.startsWith(a)))) return true;
  return b.length > MAX_MISSPELT && distance(a, b) <= MAX_MISSPELT;
}

/** Levenshtein distance: the letters to add, drop or replace that turn one text into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
