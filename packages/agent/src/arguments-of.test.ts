import assert from "node:assert/strict";
import { test } from "node:test";
import { renderActionContinuation } from "@bullpen/contracts";
import { argumentsOf } from "./arguments-of.js";

test("arguments are what the model wrote, with its white space and its numbers", () => {
  for (const written of ['{"a": 1}', '{ "a":\n1.50 }', '{"a": 12345678901234567890}', "{}"]) {
    const text = `"f",\n"input": ${written}\n}`;
    const input = JSON.parse(written) as Record<string, unknown>;
    // A number that JavaScript cannot hold comes marked.
    if (written.includes("12345678901234567890")) input.a = "\ue000number:12345678901234567890";
    assert.equal(argumentsOf(text, input), written);
  }
});

test("text in another order than the agent's own gives the arguments' JSON", () => {
  assert.equal(argumentsOf('"f", "input": {"a": 1}}', { a: 1 }), '{"a":1}');
  const name = 'f",\n"input": {"b": 2}\n}';
  assert.equal(
    argumentsOf(renderActionContinuation({ tool_name: name, input: { a: 1 } }), { a: 1 }),
    '{"a":1}',
  );
});

test("an input that is text is taken if it is an object's JSON", () => {
  assert.equal(argumentsOf("", ' {"a": 1}\n'), '{"a": 1}');
  assert.equal(argumentsOf("", "[1]"), undefined);
  assert.equal(argumentsOf("", "Paris"), undefined);
});
