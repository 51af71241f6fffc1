import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BUILT_IN_TOOLS, type ToolDefinition } from "@bullpen/contracts";
import { contextExceeded } from "./context-exceeded.js";
import { defaultTools, toolTokens } from "./default-tools.js";

function tool(name: string, words: number): ToolDefinition {
  const usage = "word ".repeat(words).trim();
  const inputSchema = { type: "object", properties: { a: { type: "string" } } };
  return { name, queue: name, usage, exampleInput: {}, inputSchema, crashPolicy: "rerun", timeoutMs: 1 };
}

function namesOf(tools: readonly ToolDefinition[]): string[] {
  return tools.map(({ name }) => name);
}

describe("defaultTools", () => {
  test("offers all where there is room, in their order", () => {
    const tools = [...BUILT_IN_TOOLS, tool("b", 10), tool("a", 1)];
    assert.deepEqual(defaultTools(tools), tools);
  });

  test("a tool of absurd length costs no other its place, and the shortest come first", () => {
    const huge = tool("a-huge", 100_000);
    const tools = [...BUILT_IN_TOOLS, huge, ...["b", "c", "d"].map((name, i) => tool(name, 900 - i))];
    assert.deepEqual(namesOf(defaultTools(tools)), ["Calculator", "Search", "d"]);
    assert.deepEqual(namesOf(defaultTools(tools, 8_192)), ["Calculator", "Search", "c", "d"]);
    assert.equal(defaultTools(tools, 10_000_000).length, tools.length);
  });

  test("what is offered takes half of the context at most, and the built-in tools are always offered", () => {
    const many = Array.from({ length: 2_000 }, (_, i) => tool(`t${i}`, i % 50));
    for (const context of [64, 1_024, 4_096, 32_768]) {
      const offered = defaultTools([...BUILT_IN_TOOLS, ...many], context);
      const tokens = offered.reduce((sum, each) => sum + toolTokens(each), 0);
      assert.ok(tokens <= context / 2 || offered.length === 2, `${tokens} of ${context}`);
      assert.deepEqual(offered.slice(0, 2), BUILT_IN_TOOLS);
    }
  });

  test("characters that are tokens of their own are counted so", () => {
    const chinese = { ...tool("x", 0), usage: "查询指定城市的天气情况".repeat(10) };
    assert.ok(toolTokens(chinese) >= toolTokens(tool("x", 0)) + 100);
  });
});

test("what does not fit the context is named", () => {
  const turn = (text: string, prompt_tokens: number) => ({
    text,
    finish_reason: "context" as const,
    usage: { prompt_tokens, cached_tokens: 0, completion_tokens: 0 },
    duration_ms: 0,
  });
  const tools = [tool("a", 1_000), tool("b", 1_000)];
  const tokens = tools.reduce((sum, each) => sum + toolTokens(each), 0);
  assert.equal(
    contextExceeded(turn("", 5_000), tools),
    `The prompt of 5000 tokens does not fit the model's context. The text of its 2 tools takes about ${tokens}: ` +
      "name fewer or shorter ones in `tools`, or raise CONTEXT_TOKENS of the workers.",
  );
  assert.match(contextExceeded(turn("", 0), tools), /^The prompt does not fit .* its 2 tools/);
  assert.equal(
    contextExceeded(turn("", 90_000), tools),
    "The prompt of 90000 tokens does not fit the model's context.",
  );
  assert.equal(
    contextExceeded(turn("cut", 90), []),
    "The prompt and the reply no longer fit the model's context.",
  );
});
