import assert from "node:assert/strict";
import { test } from "node:test";
import { cutToTokens } from "./cut-to-tokens.js";

test("a text within its budget stays as it is", () => {
  assert.equal(cutToTokens("one two 10ab", 3), "one two 10ab");
  assert.equal(cutToTokens("日本語", 3), "日本語");
});

test("a longer one is cut between words, and a long word inside", () => {
  assert.equal(cutToTokens("one two three four", 3), "one two…");
  assert.equal(cutToTokens("one two\nthree four five", 3), "one two…");
  assert.equal(cutToTokens("nine chars and more", 3), "nine chars…");
  assert.equal(cutToTokens("incomprehensibilities", 3), "incomprehen…");
  assert.equal(cutToTokens("see incomprehensibilities", 3), "see incompr…");
  assert.equal(cutToTokens("🙂🙂🙂🙂", 3), "🙂🙂…");
});
