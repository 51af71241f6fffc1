import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { filesOfTree, hasExtension, readSource } from "../tree.js";
import { BANNED } from "./banned.js";

const EXTENSIONS = ["ts", "mjs", "py", "lua", "sh", "md", "yml"];

/** What a model was trained on, texts of others, and the list itself. */
const LEFT_OUT = [
  /^packages\/agent\/src\/instructions\.ts$/,
  /^models\//,
  /^examples\/documents\//,
  /^test\/source-checks\/words\//,
];

function findingsIn(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    BANNED.flatMap(({ pattern, better }) => {
      const [found] = pattern.exec(line) ?? [];
      return found === undefined ? [] : [`${path}:${index + 1}: "${found}": say ${better}`];
    }),
  );
}

describe("comments, messages, titles and documents are in plain words", () => {
  test("no banned word is used", () => {
    const paths = filesOfTree().filter(
      (path) => hasExtension(path, EXTENSIONS) && !LEFT_OUT.some((pattern) => pattern.test(path)),
    );
    assert.ok(paths.length > 500, "they are collected");
    const findings = paths.flatMap((path) => findingsIn(path, readSource(path)));
    if (findings.length > 0) assert.fail(findings.join("\n"));
  });

  for (const line of ["a record that stands", "begin anew", "kept for ever", "the operator's to mend"]) {
    test(`found: ${line}`, () => assert.notDeepEqual(findingsIn("a.ts", line), []));
  }
  for (const line of [
    "X stands for Y",
    "a stand-in",
    "a proxy behind it",
    "amend",
    "leaves nothing behind",
  ]) {
    test(`not found: ${line}`, () => assert.deepEqual(findingsIn("a.ts", line), []));
  }
});
