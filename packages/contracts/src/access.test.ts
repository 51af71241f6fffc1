import assert from "node:assert/strict";
import { test } from "node:test";
import { hasRight } from "./access.js";

test("a right is a whole name, or the beginning of names; nothing said is all", () => {
  const cases: [readonly string[] | null | undefined, string, boolean][] = [
    [undefined, "Search", true],
    [null, "Search", true],
    [[], "Search", false],
    [["Search"], "Search", true],
    [["Search"], "search", false],
    [["Search"], "Searching", false],
    [["github.*"], "github.issues", true],
    [["github.*"], "github", false],
    [["git*"], "github.issues", true],
    [["*"], "anything", true],
    [["a*b"], "a*b", true],
    [["a*b"], "axb", false],
    [[""], "Search", false],
  ];
  for (const [allowed, name, expected] of cases) {
    assert.equal(hasRight(allowed, name), expected, `${JSON.stringify(allowed)} ${name}`);
  }
});
