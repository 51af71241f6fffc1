import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderActionContinuation } from "@bullpen/contracts";
import { parseAction } from "./parse-action.js";

describe("parseAction", () => {
  test("reads what renderActionContinuation writes, whatever the input holds", () => {
    for (const input of [
      "",
      "2 + 2",
      'say "hi"',
      "a\nb\tc",
      "back\\slash",
      "{}}{",
      "naïve 日本 😀",
      "\u0000\u001f",
    ]) {
      const action = { tool_name: "Calculator", input };
      assert.deepEqual(parseAction(renderActionContinuation(action)), action);
    }
  });

  const accepted: [string, string][] = [
    ["on one line", '"Search", "input": "x"}'],
    ["with the fence closed after it", '"Search",\n"input": "x"\n}\n```'],
    ["with talk behind it", '"Search",\n"input": "x"\n} That should help. {"tool_name": "Calculator"}'],
  ];
  for (const [name, text] of accepted) {
    test(`accepts an action ${name}`, () =>
      assert.deepEqual(parseAction(text), { tool_name: "Search", input: "x" }));
  }

  const refused: [string, string][] = [
    ["nothing", ""],
    ["plain text", "I would search for it"],
    ["an action cut off in its input", '"Search",\n"input": "x'],
    ["a missing input", '"Search"}'],
    ["an input that is no string", '"Search", "input": 7}'],
    ["a key too many", '"Search", "input": "x", "why": "y"}'],
    [
      "an input that goes too deep to be written again",
      `"Search", "input": {"a": ${"[".repeat(50_000)}${"]".repeat(50_000)}}}`,
    ],
    ["an input that goes deep and never ends", `"Search", "input": {"a": ${'{"a":'.repeat(50_000)}`],
    ["a raw newline in the input", '"Search", "input": "x\ny"}'],
  ];
  for (const [name, text] of refused)
    test(`refuses ${name}`, () => assert.equal(parseAction(text), undefined));
});
