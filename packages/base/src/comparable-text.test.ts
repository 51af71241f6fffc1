import assert from "node:assert/strict";
import { test } from "node:test";
import { comparableText, withoutQuotes } from "./comparable-text.js";

test("the form of characters, case and white space do not count", () => {
  assert.equal(comparableText(" New\n YORK "), "new york");
  assert.equal(comparableText("ﬁve"), "five");
  assert.equal(comparableText("Ab", { case_sensitive: true }), "Ab");
});

test("punctuation and articles count unless they are left out", () => {
  assert.equal(comparableText("The cat, sat."), "the cat, sat.");
  assert.equal(comparableText("The cat, sat on a mat.", { ignore_punctuation: true }), "cat sat on mat");
});

test("outer quotation marks and a full stop go, inner ones stay", () => {
  assert.equal(withoutQuotes('"**it\'s**".'), "it's");
  assert.equal(withoutQuotes("..."), "");
});
