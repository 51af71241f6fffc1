import assert from "node:assert/strict";
import { test } from "node:test";
import { splitWords } from "./split-words.js";

test("words are split at white space, and quotes keep it", () => {
  assert.deepEqual(splitWords("  --a 1\t--b=2\n"), ["--a", "1", "--b=2"]);
  assert.deepEqual(splitWords(`--config '{"a": 1}' --name="x y" ''`), [
    "--config",
    '{"a": 1}',
    "--name=x y",
    "",
  ]);
  assert.deepEqual(splitWords(""), []);
});
