import assert from "node:assert/strict";
import { test } from "node:test";
import { ASSUMED_CONTEXT_TOKENS, toolTokens } from "@bullpen/agent";
import { BUILT_IN_TOOLS, type ToolDefinition } from "@bullpen/contracts";
import { chooseTools, toolOptions } from "./accept-query.js";

function tool(name: string, words: number): ToolDefinition {
  const usage = "word ".repeat(words).trim();
  const inputSchema = { type: "object", properties: { a: { type: "string" } } };
  return { name, queue: name, usage, exampleInput: {}, inputSchema, crashPolicy: "rerun", timeoutMs: 1 };
}

test("a request that names no tools gets those that its model has room for; one that names any, those", () => {
  const big = tool("big", 1_300);
  const options = {
    defaultModel: "short",
    ...toolOptions([...BUILT_IN_TOOLS, big, tool("small", 1)], new Map([["long", 100_000]])),
  };
  assert.ok(toolTokens(big) > ASSUMED_CONTEXT_TOKENS / 2);
  assert.deepEqual(chooseTools(undefined, "tools", options), ["Calculator", "Search", "small"]);
  assert.deepEqual(chooseTools(undefined, "tools", options, "long"), [
    "Calculator",
    "Search",
    "big",
    "small",
  ]);
  assert.deepEqual(chooseTools(["big", "Search"], "tools", options), ["Search", "big"]);
  assert.deepEqual(chooseTools([], "tools", options), []);
});
