import assert from "node:assert/strict";
import { test } from "node:test";
import { renderActionContinuation } from "@bullpen/contracts";
import { ObjectEndDetector } from "./object-end.js";

/** Feeds `text` in pieces of `size`; returns what belongs to the object, or `undefined`. */
function takeObject(text: string, size: number): string | undefined {
  const detector = new ObjectEndDetector(true);
  for (let start = 0; start < text.length; start += size) {
    const length = detector.push(text.slice(start, start + size));
    if (length !== undefined) return text.slice(0, start + length);
  }
  return undefined;
}

test("a value that no primer opened ends with the bracket or brace that closes it", () => {
  const ends = (text: string) => new ObjectEndDetector(false).push(text);
  assert.equal(ends(' {"a": [{}, "}"]} and more'), 17);
  assert.equal(ends('[{"a": 1}, {"b": 2}] and more'), 20);
  for (const scalar of ['"a }"', "17", "null"]) assert.equal(ends(scalar), undefined, scalar);
});

test("an object ends with its own closing brace, however its text is cut into pieces", () => {
  const actions = [
    { tool_name: "Calculator", input: 'output = {"a": "}"}["a"]' },
    { tool_name: "Search", input: 'quotes " and \\ and \\" and }' },
    { tool_name: "Final Answer", input: "```json\n{}\n```" },
  ];
  for (const action of actions) {
    const text = renderActionContinuation(action);
    for (const size of [1, 2, 3, 7, 1000]) assert.equal(takeObject(`${text}\n\`\`\` more`, size), text);
  }
});

test("an unfinished object has no end", () => {
  assert.equal(takeObject('"Search",\n"input": "}', 1), undefined);
});

test("without a grammar nested braces are counted and a closed fence ends the text", () => {
  assert.equal(takeObject('"Search", "input": {"q": 1}} x', 1), '"Search", "input": {"q": 1}}');
  assert.equal(takeObject('"Search"\n```\nTool Output', 1), '"Search"\n```');
});
