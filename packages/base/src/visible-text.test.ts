import assert from "node:assert/strict";
import { test } from "node:test";
import { visibleText } from "./visible-text.js";

test("what cannot be seen is shown, all else stays as it is", () => {
  const cases: [string, string][] = [
    ['plain <b>text</b> & "quotes"\n\tindented', 'plain <b>text</b> & "quotes"\n\tindented'],
    ["\u001b[31mred\u001b[0m", "␛[31mred␛[0m"],
    ["a\u0000b\r\n\r\u007f\u009b", "a␀b\r\n␍␡⟨U+009B⟩"],
    ["evil\u202egnp.exe\u2066x\u2069", "evil⟨RLO⟩gnp.exe⟨LRI⟩x⟨PDI⟩"],
    ["שלום, 世界 😀 é", "שלום, 世界 😀 é"],
    ["", ""],
  ];
  for (const [text, shown] of cases) assert.equal(visibleText(text), shown);
});

test("a text of a megabyte takes no time to speak of", () => {
  const text = "\u001bx\u202e".repeat(350_000);
  const begun = performance.now();
  assert.equal(visibleText(text).length, text.length - 350_000 + 350_000 * "⟨RLO⟩".length);
  assert.ok(performance.now() - begun < 2_000);
});
