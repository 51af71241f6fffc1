import { questionGrams, scriptRuns, textGrams, wordsWithoutSpaces } from "./unspaced-scripts.js";

/** Stop words: words that say nothing about a subject, including question words. */
const STOP_WORDS = new Set(
  `a about after all also am an and any are as at be because been before being best between both but by can
  could current currently did do does doing down during each find few for from further get give had has have
  having he her here hers him his how i if in into is it its itself just latest list many me more most much my
  name no nor not now of off on once only or other our out over own please s same she should show so some such
  t tell than that the their them then there these they this those through to today too under until up us very
  was we were what when where which while who whom whose why will with would you your`.split(/\s+/),
);

/** Letters that NFKD does not decompose, and their usual spelling on other keyboards. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
};

/**
 * Optional marks: accents, the points of Hebrew, the vowel signs of Arabic and its line filler. The marks of other scripts,
 * such as the vowels of Devanagari and Thai, make a different word.
 */
const OPTIONAL_MARKS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]/g;

/** Most words are ASCII, and need no normalization that takes time. */
const NOT_ASCII = /[\u0080-\uffff]/;

const SEPARATORS = /[\n\r\p{Z}\p{P}]+/u;

/**
 * The terms by which a text is found: its words in the form of {@link normalizeTerm}, and for scripts without spaces (or,
 * in Korean, with endings on each word) the parts that questions may ask for.
 */
export function indexTerms(text: string): string[] {
  return words(text, (run) => [textGrams(run)]).flat();
}

/** The words of a question that say something about its subject, each as the terms that the index knows. */
export function questionWords(text: string): string[][] {
  return words(text, questionGrams);
}

function words(text: string, splitGrams: (run: string) => string[][]): string[][] {
  // Full-width letters and half-width katakana become the common ones, before words are told apart by them.
  return text
    .normalize("NFKC")
    .split(SEPARATORS)
    .flatMap((word) => {
      if (!NOT_ASCII.test(word)) return spacedWord(word);
      return scriptRuns(word).flatMap(({ run, kind }) => {
        if (kind === "grams") return splitGrams(run);
        return kind === "words" ? wordsWithoutSpaces(run).map((each) => [each]) : spacedWord(run);
      });
    });
}

function spacedWord(word: string): string[][] {
  const term = normalizeTerm(word);
  return term === null ? [] : [[term]];
}

/**
 * The form of a word that is indexed and searched: lower case, without accents and without the endings of English plurals.
 * Null for words that are left out.
 */
export function normalizeTerm(word: string): string | null {
  const term = withoutQuotes(NOT_ASCII.test(word) ? plainLetters(word) : word.toLowerCase());
  if (term === "" || STOP_WORDS.has(term)) return null;
  return singular(term);
}

function plainLetters(word: string): string {
  return withoutMarks(word)
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, (letter) => PLAIN[letter] ?? letter);
}

/** NFKD splits letters from their marks; the rest is composed again, as Korean syllables must be. */
function withoutMarks(word: string): string {
  return word.normalize("NFKD").replace(OPTIONAL_MARKS, "").normalize("NFKC");
}

/** Strips the quotes around a word and the English genitive. A scan, because a word may consist of quotes. */
function withoutQuotes(word: string): string {
  let end = /['’]s$/.test(word) ? word.length - 2 : word.length;
  let start = 0;
  while (start < end && isQuote(word[start])) start++;
  while (end > start && isQuote(word[end - 1])) end--;
  return word.slice(start, end);
}

function isQuote(character: string | undefined): boolean {
  return character === "'" || character === "’";
}

function singular(term: string): string {
  if (term.length < 4 || !/[a-z]s$/.test(term) || /(?:ss|us|is)$/.test(term)) return term;
  if (/[^aeiou]ies$/.test(term) && term.length > 4) return `${term.slice(0, -3)}y`;
  if (/(?:ch|sh|x|z|ss)es$/.test(term)) return term.slice(0, -2);
  return term.slice(0, -1);
}
