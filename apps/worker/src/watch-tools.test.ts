import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILT_IN_TOOLS, type ToolDefinition } from "@bullpen/contracts";
import { watchTools } from "./watch-tools.js";

function tool(name: string, words: number): ToolDefinition {
  const usage = "word ".repeat(words).trim();
  return { name, queue: name, usage, exampleInput: "x", crashPolicy: "rerun", timeoutMs: 1 };
}

test("tools that do not fit the context are told once, by name, and again when they change", async () => {
  const lists = [
    [],
    [tool("db.big", 4_000), tool("db.small", 1)],
    [tool("db.big", 4_000), tool("db.small", 1)],
    Array.from({ length: 200 }, (_, i) => tool(`db.t${i}`, 100)),
    new Error("Redis is away"),
    [],
  ];
  const told: string[] = [];
  const say = (level: string) => (message: unknown) => void told.push(`${level}: ${message}`);
  let checks = 0;
  let allSeen = () => {};
  const seen = new Promise<void>((resolve) => {
    allSeen = resolve;
  });
  const stop = watchTools({
    tools: {
      list: async () => {
        const list = lists[Math.min(checks++, lists.length - 1)] ?? [];
        if (checks > lists.length) allSeen();
        if (list instanceof Error) throw list;
        return [...BUILT_IN_TOOLS, ...list];
      },
    },
    model: { name: "demo", contextTokens: 4_096 },
    logger: { warn: say("warn"), info: say("info") },
    checkEveryMs: 1,
  });
  await seen;
  await stop();
  assert.equal(told.length, 3, told.join("\n"));
  assert.match(
    told[0] ?? "",
    /^warn: the text of all 4 tools takes about 68\d\d tokens, and the model's context has 4096: queries get these tools only where their "tools" name them: db\.big \(66\d\d tokens\)\. Offer fewer \("bullpen": \{"tools": \[…\]\} of a server in MCP_CONFIG\), shorten their descriptions, or raise CONTEXT_TOKENS\.$/,
  );
  assert.match(told[1] ?? "", /^warn: .*db\.t\d+ \(\d+ tokens\) and \d+ more\. /);
  assert.equal(told[2], "info: the text of all tools fits the model's context again");
});
