/** The names that somebody may have meant by `name`, the likeliest first; none where nothing is near. */
export function similarTo(name: string, names: readonly string[]): string[] {
  const wanted = plain(name);
  if (wanted === "") return [];
  const scored = [...new Set(names)].map((candidate) => ({ candidate, score: distance(wanted, candidate) }));
  const best = Math.min(...scored.map(({ score }) => score));
  return scored
    .filter(({ score }) => score <= Math.min(MAX_DISTANCE, best + MAX_WORSE))
    .sort((a, b) => a.score - b.score)
    .map(({ candidate }) => candidate);
}

/** Up to two letters in five may differ: enough for a missing version or a slip, too few for another name. */
const MAX_DISTANCE = 0.4;

/** A name that is further away than this from the likeliest only distracts from it. */
const MAX_WORSE = 0.05;

/** Names longer than this are not compared letter by letter: none of ours is. */
const MAX_LENGTH = 100;

/** 0 for the same name to 1 for another. A beginning or a part of a name is near it, and the nearer the more it has. */
function distance(wanted: string, candidate: string): number {
  const other = plain(candidate);
  if (other === wanted) return 0;
  const rest = 1 - wanted.length / other.length;
  if (wanted.length >= 3 && other.startsWith(wanted)) return 0.1 * rest;
  if (wanted.length >= 3 && other.includes(wanted)) return 0.1 + 0.1 * rest;
  const misspelt = share(wanted.slice(0, MAX_LENGTH), other);
  if (wanted.length < MISSPELT_BEGINNING) return misspelt;
  const beginnings = [-1, 0, 1].map((more) =>
    share(wanted.slice(0, MAX_LENGTH), other.slice(0, wanted.length + more)),
  );
  return Math.min(misspelt, 0.1 + 0.1 * Math.max(0, rest) + Math.min(...beginnings));
}

/** Shorter beginnings with a slip are those of too many names. */
const MISSPELT_BEGINNING = 5;

/** The share of letters that differ. */
function share(a: string, b: string): number {
  return edits(a, b) / Math.max(a.length, b.length);
}

/** Letters and digits alone: people write dots, dashes and underscores as they like. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Levenshtein's distance with exchanges: letters to insert, remove, replace, or exchange with the next. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchange ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
