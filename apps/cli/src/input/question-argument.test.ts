import assert from "node:assert/strict";
import { test } from "node:test";
import { questionArgument } from "./question-argument.js";

const rows: [given: string[], taken: string[]][] = [
  [
    ["query", "-40 plus 2 is?"],
    ["query", "--", "-40 plus 2 is?"],
  ],
  [
    ["query", "-40 plus 2 is?", "--json", "--model", "m"],
    ["query", "--json", "--model", "m", "--", "-40 plus 2 is?"],
  ],
  [
    ["query", "-5"],
    ["query", "--", "-5"],
  ],
  [
    ["query", "--json", "- is a dash"],
    ["query", "--json", "--", "- is a dash"],
  ],
  [
    ["query", "-x is what?"],
    ["query", "--", "-x is what?"],
  ],
  [
    ["query", "what?", "--json"],
    ["query", "what?", "--json"],
  ],
  [
    ["query", "--", "-1 + 1"],
    ["query", "--", "-1 + 1"],
  ],
  [
    ["query", "what?", "--model", "-odd name"],
    ["query", "what?", "--model", "-odd name"],
  ],
  [
    ["query", "--jsn", "what?"],
    ["query", "--jsn", "what?"],
  ],
  [
    ["submit", "-1"],
    ["submit", "-1"],
  ],
  [[], []],
];
for (const [given, taken] of rows) {
  test(`the arguments of: bullpen ${given.join(" ")}`, () => {
    assert.deepEqual(questionArgument(given), taken);
  });
}
