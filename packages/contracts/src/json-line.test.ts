import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonLine } from "./json-line.js";

test("a value is one line to every reader and the same value again", () => {
  // Every character that Python's str.splitlines, Java or the Unicode Standard takes for a line end.
  const ends = ["\n", "\v", "\f", "\r", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"];
  const value = { [`key${ends.join("")}`]: ends.map((end) => `a${end}b`), text: "é 日本 \\u2028 😀" };
  const line = jsonLine(value);
  for (const end of ends) assert.ok(!line.includes(end), JSON.stringify(end));
  assert.deepEqual(JSON.parse(line), value);
  assert.ok(line.includes("é 日本"), "other characters stay as they are");
});
