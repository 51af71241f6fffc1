import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { BUILT_IN_TOOLS, type ToolDefinition } from "@bullpen/contracts";
import { startTestRedis, type TestRedis } from "@bullpen/redis/testing";
import { ToolRegistry } from "./tool-registry.js";

const DEFINITIONS = "{bullpen}:tools";
const ANNOUNCED = "{bullpen}:tools-announced";
const DAY_MS = 24 * 3_600_000;

let server: TestRedis;
before(async () => {
  server = await startTestRedis();
});
beforeEach(() => server.redis.flushall());
after(() => server.stop());

function tool(name: string, overrides: Partial<ToolDefinition> = {}): ToolDefinition {
  const queue = name.toLowerCase();
  return { name, queue, usage: "u", exampleInput: "x", crashPolicy: "rerun", timeoutMs: 1, ...overrides };
}

function registry(): ToolRegistry {
  return new ToolRegistry({ redis: server.redis });
}

/** The names without those of the built-in tools, which must come first. */
function added(tools: readonly ToolDefinition[]): string[] {
  assert.deepEqual(tools.slice(0, BUILT_IN_TOOLS.length), BUILT_IN_TOOLS);
  return tools.slice(BUILT_IN_TOOLS.length).map(({ name }) => name);
}

test("announced tools follow the built-in ones, by name", async () => {
  await registry().announce([tool("Weather"), tool("Atlas")]);
  assert.deepEqual(added(await registry().list()), ["Atlas", "Weather"]);
  assert.deepEqual(await registry().unserved(), []);
});

test("a tool that is not announced for a minute is unserved, and still found", async () => {
  const { redis } = server;
  await registry().announce([tool("Late"), tool("Young")]);
  await redis.zadd(ANNOUNCED, Date.now() - 61_000, "Late", Date.now() - 50_000, "Young");
  assert.deepEqual(added(await registry().list()), ["Young"]);
  assert.deepEqual(added(await registry().all()), ["Late", "Young"]);
  assert.deepEqual(await registry().unserved(), [tool("Late")]);
  assert.deepEqual(await registry().find(["Late"]), { tools: [tool("Late")], missing: [] });
});

test("tools are found in the order of the names, and unknown names are missing", async () => {
  await registry().announce([tool("Atlas")]);
  const { tools, missing } = await registry().find(["Atlas", "Nothing", "Search"]);
  assert.deepEqual(
    tools.map(({ name }) => name),
    ["Atlas", "Search"],
  );
  assert.deepEqual(missing, ["Nothing"]);
});

test("a definition is removed 30 days after its last announcement, not before", async () => {
  const { redis } = server;
  await registry().announce([tool("Old"), tool("Kept")]);
  await redis.zadd(ANNOUNCED, Date.now() - 31 * DAY_MS, "Old", Date.now() - 29 * DAY_MS, "Kept");
  await registry().announce([tool("New")]);
  assert.deepEqual((await redis.hkeys(DEFINITIONS)).sort(), ["Kept", "New"]);
  assert.deepEqual((await redis.zrange(ANNOUNCED, "0", "-1")).sort(), ["Kept", "New"]);
});

test("a definition with the name or queue of a built-in tool, or under another name, counts as missing", async () => {
  const hostile = [
    ...[tool("search", { queue: "q1" }), tool("Mine", { queue: "calculator" })],
    tool("final answer", { queue: "q2" }),
  ];
  await registry().announce([...hostile, tool("Good")]);
  await server.redis.hset(DEFINITIONS, "Alias", JSON.stringify(tool("Other")), "Broken", "{");
  assert.deepEqual(added(await registry().all()), ["Good"]);
});

test("a definition that an earlier version stored in lower case is found; the exact name takes precedence", async () => {
  const { redis } = server;
  await redis.hset(DEFINITIONS, "atlas", JSON.stringify(tool("Atlas", { usage: "old" })));
  assert.deepEqual((await registry().find(["Atlas"])).tools, [tool("Atlas", { usage: "old" })]);
  await registry().announce([tool("Atlas")]);
  assert.deepEqual((await registry().find(["Atlas"])).tools, [tool("Atlas")]);
  await redis.hset(DEFINITIONS, "atlas", JSON.stringify(tool("Atlas", { usage: "old" })));
  assert.deepEqual((await registry().all()).slice(BUILT_IN_TOOLS.length), [tool("Atlas")]);
});

test("of two tools with one queue only the first counts", async () => {
  await registry().announce([tool("A", { queue: "same" }), tool("B", { queue: "same" })]);
  assert.deepEqual(added(await registry().list()), ["A"]);
});

test("keys of another type are replaced", async () => {
  for (const key of [DEFINITIONS, ANNOUNCED]) {
    await server.redis.set(key, "text");
    assert.deepEqual(added(await registry().list()), []);
    await registry().announce([tool("Atlas")]);
    assert.deepEqual(added(await registry().list()), ["Atlas"]);
  }
});

test("another process' definition under a name announced here is reported once", async () => {
  const reported: string[] = [];
  const mine = new ToolRegistry({ redis: server.redis, onRival: (name) => reported.push(name) });
  await mine.announce([tool("Atlas")]);
  await mine.announce([tool("Atlas")]);
  assert.deepEqual(reported, [], "its own definition is no rival");
  for (let round = 0; round < 2; round++) {
    await registry().announce([tool("Atlas", { usage: "another" })]);
    await mine.announce([tool("Atlas")]);
  }
  assert.deepEqual(reported, ["Atlas"]);
});
