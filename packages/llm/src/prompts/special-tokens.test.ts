import assert from "node:assert/strict";
import { test } from "node:test";
import { SpecialTokens } from "./special-tokens.js";

const tokens = new SpecialTokens(["<s>", "</s>", "<|im_end|>", "<|im_end|>x", ""]);

test("names are found in their order, the longest at each place", () => {
  assert.deepEqual(tokens.findIn("<s>a<|im_end|>xb<|im_end|></s>"), [
    "<s>",
    "<|im_end|>x",
    "<|im_end|>",
    "</s>",
  ]);
  assert.deepEqual(tokens.findIn("<<s>"), ["<s>"]);
  assert.deepEqual(tokens.findIn("< s> <|im_end"), []);
  assert.deepEqual(new SpecialTokens([]).findIn("<s>"), []);
});

test("a name at the start of a text is told from a later one", () => {
  assert.equal(tokens.findAtStartOf("</s>\n"), "</s>");
  assert.equal(tokens.findAtStartOf(" </s>"), undefined);
});
