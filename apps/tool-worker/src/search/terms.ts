/** Words that say nothing about a subject, the ones that questions are made of included. */
const STOP_WORDS = new Set(
  `a about after all also am an and any are as at be because been before being best between both but by can
  could current currently did do does doing down during each find few for from further get give had has have
  having he her here hers him his how i if in into is it its itself just latest list many me more most much my
  name no nor not now of off on once only or other our out over own please s same she should show so some such
  t tell than that the their them then there these they this those through to today too under until up us very
  was we were what when where which while who whom whose why will with would you your`.split(/\s+/),
);

/**
 * The form of a word that is indexed and looked up: lower case, without accents and without the endings of
 * English plurals. Null for words to leave out.
 */
export function normalizeTerm(word: string): string | null {
  const plain = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const term = withoutApostrophes(plain.replace(/['’]s$/, ""));
  if (term === "" || STOP_WORDS.has(term)) return null;
  return singular(term);
}

function withoutApostrophes(term: string): string {
  let [start, end] = [0, term.length];
  while (start < end && isApostrophe(term.charAt(start))) start++;
  while (start < end && isApostrophe(term.charAt(end - 1))) end--;
  return term.slice(start, end);
}

function isApostrophe(character: string): boolean {
  return character === "'" || character === "’";
}

function singular(term: string): string {
  if (term.length < 4 || !/[a-z]s$/.test(term) || /(?:ss|us|is)$/.test(term)) return term;
  if (/[^aeiou]ies$/.test(term) && term.length > 4) return `${term.slice(0, -3)}y`;
  if (/(?:ch|sh|x|z|ss)es$/.test(term)) return term.slice(0, -2);
  return term.slice(0, -1);
}
