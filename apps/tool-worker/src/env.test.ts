import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnv } from "@bullpen/runtime";
import { envSchema } from "./env.js";

test("BUILT_IN_TOOLS lists what is served here: both by default, some, or none", () => {
  const read = (BUILT_IN_TOOLS: string) => parseEnv(envSchema, { BUILT_IN_TOOLS }).BUILT_IN_TOOLS;
  assert.deepEqual(read(""), ["Calculator", "Search"]);
  assert.deepEqual(read("Search"), ["Search"]);
  assert.deepEqual(read(" Search , Calculator "), ["Search", "Calculator"]);
  assert.deepEqual(read("none"), []);
  assert.throws(
    () => read("Search,Weather"),
    /BUILT_IN_TOOLS=Search,Weather: must be one or more of Calculator, Search with commas between them, or none/,
  );
});
