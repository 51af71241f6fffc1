import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "./prompt-format.js";
import { type PromptTokenizer, tokenizePrompt } from "./prompt-tokens.js";

/** One token a character; `prefix` is what the tokenizer puts before every text. */
function characterTokenizer(prefix: string): PromptTokenizer<number> {
  return {
    bos: 1,
    eos: 2,
    tokenize: (text, special) =>
      special && text.includes("</s>") ? [2] : Array.from(prefix + text, (c) => c.charCodeAt(0)),
  };
}

function codes(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}

test("only the first text gets the leading space", () => {
  const segments = ["bos" as const, plainText("a"), plainText("\nb"), plainText(" c"), "eos" as const];
  assert.deepEqual(tokenizePrompt(segments, characterTokenizer(" ")), [1, ...codes(" a\nb c"), 2]);
});

test("a tokenizer that adds no space is used as it is", () => {
  const segments = ["bos" as const, plainText("a"), plainText("\nb")];
  assert.deepEqual(tokenizePrompt(segments, characterTokenizer("")), [1, ...codes("a\nb")]);
});

test("a model without BOS gets none, and empty texts count for nothing", () => {
  const tokenizer = { ...characterTokenizer(" "), bos: null };
  assert.deepEqual(tokenizePrompt(["bos", plainText(""), plainText("a")], tokenizer), codes(" a"));
});

test("special tokens are read only where a segment allows it", () => {
  const tokenizer = characterTokenizer("");
  assert.deepEqual(tokenizePrompt([{ text: "</s>", special: true }], tokenizer), [2]);
  assert.deepEqual(tokenizePrompt([plainText("</s>")], tokenizer), codes("</s>"));
});
