import assert from "node:assert/strict";
import { test } from "node:test";
import { formatJson } from "./format-json.js";

test("no character of JSON acts on a terminal, and the value is the same", () => {
  const value = { text: "\u001b[31m\u009b2J\u007f evil\u202egnp.exe \u2066x\u2069 ü 漢" };
  const text = formatJson(value);
  assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Bidi_Control}/u);
  assert.deepEqual(JSON.parse(text), value);
});
