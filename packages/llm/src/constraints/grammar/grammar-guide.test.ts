import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { constraintGrammar } from "../gbnf/constraint-grammar.js";
import { TokenMasks } from "../token-mask.js";
import { Vocabulary } from "../vocabulary.js";
import { GrammarGuide } from "./grammar-guide.js";
import { TokenGrammars } from "./token-grammar.js";

/** Every token is a text of its own; `~` is a part of a character, two of them are one. */
const SHOWN = [
  ...[
    "</s>",
    "~",
    "town",
    "nw",
    '"',
    ":",
    " ",
    "{",
    "}",
    ",",
    "t",
    "o",
    "w",
    "n",
    "a",
    "b",
    "1",
    '{"',
    '"}',
    "}]",
  ],
  ...["e", "é", "\n", "[", "]", "\\"],
];
/** A vocabulary has all of ASCII. */
const WORDS = [
  ...new Set([...SHOWN, ...Array.from({ length: 94 }, (_, index) => String.fromCharCode(32 + index))]),
];
const END = 0;

const spell = (tokens: readonly number[]) => tokens.map((token) => WORDS[token] ?? "").join("");
const detokenize = (tokens: readonly number[]) =>
  spell(tokens).replaceAll("~~", "天").replaceAll("~", "\uFFFD");

/** The longest token first. */
function tokenize(text: string): number[] {
  const fits = WORDS.map((word, token) => ({ word, token })).filter(({ word }) => text.startsWith(word));
  const [best] = fits.sort((a, b) => b.word.length - a.word.length);
  return best ? [best.token, ...tokenize(text.slice(best.word.length))] : [];
}

const vocabulary = new Vocabulary<number>({
  detokenize,
  anchor: [],
  allTokens: () => WORDS.keys(),
  isEndOfText: (token) => token === END,
});

function guideOf(gbnf: string): GrammarGuide<number> {
  const grammar = new TokenGrammars({ vocabulary, tokenize, masks: new TokenMasks(vocabulary) }).from(gbnf);
  assert.ok(grammar);
  let held: number[] = [];
  const push = (token: number) => {
    held.push(token);
    const text = detokenize(held);
    if (text.endsWith("\uFFFD")) return "";
    held = [];
    return text;
  };
  return new GrammarGuide({ grammar, vocabulary, pieces: { push } });
}

const guideOfSchema = (schema: object) =>
  guideOf(constraintGrammar({ name: "value", schema: { ...schema } }));

/** Those of the tokens shown that may follow, as the mask has them. */
function legal(guide: GrammarGuide<number>): string[] {
  const masked = new Set(guide.mask()?.tokens);
  const words = WORDS.filter((_, token) => !masked.has(token));
  assert.deepEqual(
    words,
    WORDS.filter((_, token) => guide.allows(token)),
    "mask and check agree",
  );
  return words.filter((word) => SHOWN.includes(word));
}

function write(guide: GrammarGuide<number>, text: string): void {
  for (const token of tokenize(text)) {
    assert.ok(guide.allows(token), `${WORDS[token]} in ${text}`);
    guide.push(token);
  }
}

const TOWN = {
  type: "object",
  properties: { town: { type: "string", maxLength: 3 }, n: { enum: [1] } },
  required: ["town", "n"],
  additionalProperties: false,
};

describe("GrammarGuide", () => {
  test("the text of a key is written in the tokenizer's tokens, without a choice", () => {
    const guide = guideOfSchema(TOWN);
    write(guide, '{"');
    const forced: string[] = [];
    for (let token = guide.forced(); token !== undefined; token = guide.forced()) {
      assert.deepEqual(legal(guide), [WORDS[token]]);
      forced.push(WORDS[token] ?? "");
      guide.push(token);
    }
    assert.deepEqual(forced, ["town", '"', ":"]);
    assert.equal(guide.isFree, true);
    assert.deepEqual(legal(guide), ['"', " ", '"}', "\n"], "a string may begin with a brace");
  });

  test("a token may end a rule and go on after it, as far as the text around it allows", () => {
    const guide = guideOfSchema({ type: "array", items: TOWN, minItems: 1, maxItems: 1 });
    write(guide, '[{"town":"a","n":1');
    assert.deepEqual(legal(guide).sort(), ["\n", " ", "}", "}]"]);
    write(guide, "}");
    assert.deepEqual(legal(guide).sort(), ["\n", " ", "]"]);
    write(guide, "]");
    assert.equal(guide.ended, true);
  });

  test("a string's length counts characters, also those that tokens hold parts of", () => {
    const guide = guideOfSchema(TOWN);
    write(guide, '{"town":"~');
    assert.deepEqual(legal(guide), ["~"], "the character is not whole");
    write(guide, "~a~~");
    assert.deepEqual(legal(guide), ['"'], "three characters");
  });

  test("the end of the text is legal where the value is whole", () => {
    const guide = guideOfSchema({ type: "integer" });
    write(guide, "1");
    assert.deepEqual(legal(guide), ["</s>", "1"]);
    assert.equal(guide.ended, false);
  });

  test("a text with too many readings is written freely", () => {
    const guide = guideOf(`root ::= ${"(x | y)".repeat(10)} "b"\nx ::= "a" | "a" x\ny ::= "a" | "a" y y`);
    for (let count = 0; count < 60 && guide.mask(); count++) guide.push(tokenize("a")[0] ?? 0);
    assert.equal(guide.mask(), undefined);
    assert.equal(guide.allows(END), true);
    assert.equal(guide.ended, false);
  });

  test("a schema that requires itself has no end, and nothing waits for one", () => {
    const node = { type: "object", properties: { a: { $ref: "#" } }, required: ["a"] };
    const guide = guideOfSchema({ ...node, additionalProperties: false });
    write(guide, '{"a":{"a":');
    assert.deepEqual(legal(guide).sort(), ["\n", " ", "{", '{"'].sort());
  });

  test("a rule that begins with itself, and one that is missing, are refused", () => {
    const grammars = new TokenGrammars({ vocabulary, tokenize, masks: new TokenMasks(vocabulary) });
    assert.throws(() => grammars.from('root ::= x\nx ::= "a"? x'), /begins with itself/);
    assert.throws(() => grammars.from("root ::= x"), /no rule x/);
    assert.equal(grammars.from('root ::= "天"'), undefined, "no token holds the character");
  });
});
