import assert from "node:assert/strict";
import { test } from "node:test";
import { cutAtStop, StopFilter } from "./stop-texts.js";

const CASES: [text: string, stops: string[], shown: string][] = [
  ["one two three", ["two"], "one "],
  ["one two three", ["three", "two"], "one "],
  ["ababac", ["abac"], "ab"],
  ["a\n\nb", ["\n\n"], "a"],
  ["almost sto", ["stop"], "almost sto"],
  ["stop", ["stop"], ""],
  ["nothing", [], "nothing"],
];

test("a text ends before the first stop, however it comes in pieces", () => {
  for (const [text, stops, shown] of CASES) {
    assert.equal(cutAtStop(text, stops), shown);
    for (const size of [1, 2, 5, 100]) {
      const filter = new StopFilter(stops);
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      const passed = pieces.map((piece) => filter.push(piece)).join("");
      // What may begin a stop is held back to the end; the whole answer has it.
      assert.ok(shown.startsWith(passed) && shown.length - passed.length < 4, `${text}: ${passed}`);
    }
  }
});
