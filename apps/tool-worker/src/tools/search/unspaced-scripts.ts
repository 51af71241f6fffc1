/**
 * Words of scripts that do not separate them by spaces.
 *
 * Chinese, Japanese and Korean are indexed by their characters and pairs of neighbours, as Lucene's
 * CJKAnalyzer does: no dictionary knows where all words of a text end, and a pair is found wherever it is. A question is
 * split into words by the dictionary of ICU, so that its particles can be left out, and each word is searched by its pairs.
 * Thai, Lao, Khmer and Burmese, whose letters carry less meaning, are split into ICU's words.
 */

/** Han, kana with the long-vowel sign, Hangul, Bopomofo. */
const GRAM_SCRIPTS = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}`;
const WORD_SCRIPTS = String.raw`\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}`;
const RUNS = new RegExp(
  `(?<grams>[${GRAM_SCRIPTS}]+)|(?<words>[${WORD_SCRIPTS}]+)|[^${GRAM_SCRIPTS}${WORD_SCRIPTS}]+`,
  "gu",
);
const HANGUL = /\p{Script=Hangul}/u;

/** Part of a word that is written in scripts of one kind. */
export interface ScriptRun {
  readonly run: string;
  /** `grams`: found by pairs of characters; `words`: divided by ICU; `spaced`: one word. */
  readonly kind: "grams" | "words" | "spaced";
}

/** Stop words, and endings that ICU splits off as words. */
const STOP_WORDS = new Set(
  `は が を に で と も の へ や か ね よ な だ から まで より です ます でし まし た て し ない ある いる する こと もの
  この その あの どの ここ そこ どこ 何 なに なん 誰 だれ いつ なぜ どう いくつ いくら どれ ください 教え て い れ られ さん
  的 了 是 在 吗 呢 吧 啊 和 与 有 什么 甚麼 谁 誰 哪 哪里 哪裡 哪个 哪些 怎么 怎麼 如何 为什么 為什麼 多少 几 幾 这 這 那 这个 那个
  请 請 请问 請問 告诉 我 你 他 她 它 们 也 都 就 被 把 吗
  은 는 이 가 을 를 에 의 로 와 과 도 무엇 무엇인가요 누구 누구인가요 언제 어디 어디인가요 어떻게 왜 얼마 얼마인가요 몇 입니까 입니다
  인가요 이다 있는 있습니까 알려줘 알려주세요
  คือ อะไร ใคร ที่ไหน เมื่อไร เมื่อไหร่ ทำไม อย่างไร เท่าไร เท่าไหร่ กี่ ของ ที่ ใน และ เป็น มี ครับ ค่ะ คะ ไหน หรือ ได้ ไหม`.split(
    /\s+/,
  ),
);

let segmenter: Intl.Segmenter | undefined;

export function scriptRuns(word: string): ScriptRun[] {
  return Array.from(word.matchAll(RUNS), ({ 0: run, groups }) => {
    if (groups?.grams !== undefined) return { run, kind: "grams" };
    return { run, kind: groups?.words === undefined ? "spaced" : "words" };
  });
}

/** Each character and each pair of neighbours: they find any part of the text of two characters or more. */
export function textGrams(run: string): string[] {
  const characters = [...run];
  return [...characters, ...pairs(characters)];
}

/** The pairs of each word of a question, or its only character; nothing for stop words. */
export function questionGrams(run: string): string[][] {
  return segments(run).map((word) => {
    const characters = [...withoutEnding(word)];
    return characters.length < 2 ? characters : pairs(characters);
  });
}

export function wordsWithoutSpaces(run: string): string[] {
  return segments(run);
}

function pairs(characters: readonly string[]): string[] {
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

function segments(run: string): string[] {
  segmenter ??= new Intl.Segmenter("und", { granularity: "word" });
  return Array.from(segmenter.segment(run), ({ segment }) => segment).filter((word) => !STOP_WORDS.has(word));
}

/** Korean writes particles after the noun: 서울은 asks for 서울. */
const KOREAN_ENDING = /(?:에서|으로|까지|부터|에게|은|는|이|가|을|를|에|의|로|와|과|도)$/;

function withoutEnding(word: string): string {
  if (!HANGUL.test(word)) return word;
  const noun = word.replace(KOREAN_ENDING, "");
  return [...noun].length < 2 ? word : noun;
}
