import assert from "node:assert/strict";
import { test } from "node:test";
import { prettyLine } from "./pretty-line.js";

const LINE = { level: 40, time: "2026-11-28T08:30:00.123Z", app: "worker", pid: 7, msg: "Redis is away" };

test("a line has time, level, process, message and fields, and an error's stack below", () => {
  const err = { type: "Error", message: "refused", stack: "Error: refused\n    at connect" };
  const line = JSON.stringify({ ...LINE, query: "query_1", repeated: 3, err });
  assert.equal(
    prettyLine(line, false),
    "08:30:00.123  warn   worker  Redis is away  query=query_1 repeated=3\n  Error: refused\n      at connect\n",
  );
});

test("colours come where they are asked for, and no others", () => {
  const hostile = JSON.stringify({ ...LINE, msg: "\u001b[2Jgone", name: "\u001b]0;x\u0007 y" });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  const controls = /[\u0000-\u0009\u000b-\u001f]/;
  assert.doesNotMatch(prettyLine(hostile, false), controls);
  const colored = prettyLine(hostile, true);
  assert.match(colored, controls);
  assert.ok(!colored.includes("\u001b[2J") && !colored.includes("\u001b]0;"));
});

test("what is no log line stays as it is", () => {
  for (const text of ["plain\n", "{broken\n", "7\n"]) assert.equal(prettyLine(text, false), text);
});
