import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkJson } from "./check-json.js";
import { checkRegex, patternProblem } from "./check-regex.js";
import { checkContains, checkExact } from "./check-text.js";
import { checkTool } from "./check-tool.js";

test("exact texts: case, spaces, quotes and a full stop do not count", () => {
  for (const answer of ["Paris", " paris. ", '"PARIS"', "“Paris”."]) {
    assert.ok(checkExact(["Paris"], answer).passed, answer);
  }
  assert.equal(checkExact(["Paris"], "It is Paris").passed, false);
  assert.equal(checkExact(["Paris"], "paris", { case_sensitive: true }).passed, false);
  assert.ok(checkExact(["Paris", "Lutetia"], "lutetia").passed);
  assert.ok(checkExact(["The U.S."], "US", { ignore_punctuation: true }).passed);
});

test("contained texts are whole words", () => {
  assert.equal(checkContains(["5"], "It is 15.").passed, false);
  assert.ok(checkContains(["5"], "It is 15, or 5.").passed);
  assert.ok(checkContains(["New York"], "in new\n york, today").passed);
  assert.equal(checkContains(["no"], "There is nothing").passed, false);
  assert.ok(checkContains(["a", "b"], "only b").passed);
  assert.equal(checkContains(["a", "b"], "only b", { mode: "all" }).passed, false);
  assert.ok(checkContains(["東京"], "それは東京 です").passed === false, "letters of one word stay together");
  assert.ok(checkContains(["東京"], "「東京」").passed);
});

describe("patterns", () => {
  test("a pattern is searched in the answer", () => {
    assert.ok(checkRegex("^total: \\d+$", "Sum\nTotal: 12\nend").passed);
    assert.equal(checkRegex("^total", "Total", { case_sensitive: true }).passed, false);
  });

  test("a pattern that takes a backtracking engine exponential time ends at once", () => {
    const began = performance.now();
    assert.equal(checkRegex("^(a+)+$", `${"a".repeat(50_000)}!`).passed, false);
    assert.equal(checkRegex("(x+x+)+y", "x".repeat(20_000)).passed, false);
    assert.ok(performance.now() - began < 20_000);
  });

  test("what cannot be used is named", () => {
    assert.equal(patternProblem("a|b"), undefined);
    assert.match(patternProblem("(") ?? "", /no pattern of RE2/);
    assert.match(patternProblem("(?=a)") ?? "", /Look-around/);
    assert.match(patternProblem("a".repeat(3_000)) ?? "", /2000/);
  });
});

test("JSON is found whole, in a fence and in prose", () => {
  const wanted = { a: 1, b: [true, null] };
  for (const answer of [
    '{"b":[true,null],"a":1}',
    'Here:\n```json\n{"a": 1, "b": [true, null]}\n```',
    'It is {"a":1,"b":[true,null]}, as {asked}.',
    '[not json] {"a":1,"b":[true,null]}',
  ]) {
    assert.ok(checkJson(wanted, answer).passed, answer);
  }
  assert.equal(checkJson(wanted, '{"a":1,"b":[true,null],"c":2}').passed, false);
  assert.ok(checkJson(wanted, '{"a":1,"b":[true,null],"c":2}', { mode: "includes" }).passed);
  const schema = { type: "object", properties: { a: { type: "integer", minimum: 2 } } };
  assert.ok(checkJson(schema, 'It is {"a": 2}.', { mode: "schema" }).passed);
  const { passed, reason } = checkJson(schema, '{"a":1}', { mode: "schema" });
  assert.ok(!passed && reason.endsWith("a must be >= 2"), reason);
  assert.equal(checkJson(wanted, "no JSON").passed, false);
  assert.equal(checkJson(42, "42").passed, true);
  assert.equal(checkJson({}, "{".repeat(100_000)).passed, false);
  assert.equal(checkJson({ "": 1 }, '{"\\"}":0} {"":1}').passed, false, "the first value counts");
});

test("tool calls are compared by name and input", () => {
  const made = [
    { tool_name: "Calculator", input: "output = 85 * 9443" },
    { tool_name: "convert", input: { from: "m", value: 3 } },
  ];
  assert.ok(checkTool([{ tool: "calculator" }], made).passed);
  assert.ok(checkTool([{ tool: "Calculator", input: "85 * 9443" }], made).passed);
  assert.ok(checkTool([{ tool: "convert", input: { value: 3 } }], made).passed);
  assert.equal(checkTool([{ tool: "convert", input: { value: 4 } }], made).passed, false);
  assert.equal(checkTool([{ tool: "Search" }, { tool: "Calculator" }], made).passed, false);
  assert.ok(checkTool([], []).passed);
  assert.equal(checkTool([], made).passed, false);
});
