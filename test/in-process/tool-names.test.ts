import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { CALCULATOR, type ToolDefinition } from "@bullpen/contracts";
import { ToolRegistry, ToolWorker } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { listedMcpServer } from "../testing/listed-mcp-server.js";
import { collectLogs, type LogLine } from "../testing/log-lines.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";

/** All that differ in what a queue's name, a reader or a model may not tell apart. */
const NAMES = [
  ...[
    "天气",
    "路线",
    "getUser",
    "getuser",
    "GETUSER",
    "users/list",
    "users list",
    "users:list",
    "users-list",
  ],
  ...["café", "cafe\u0301", "a.b", "a b", "__proto__", "constructor", "…", "?", "?!", "🐂", "</s>", "\u202e"],
  ...["t".repeat(128), `${"t".repeat(127)}T`, "x".repeat(128), " padded ", "padded"],
];
const TOO_LONG = "y".repeat(300);

let folder: string;
let harness: AgentHarness;
let api: TestApi;
let toolWorkers: Awaited<ReturnType<typeof startTestToolWorkers>>;
let lines: LogLine[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-names-"));
  const tool = (name: string) => ({ name, description: "d", inputSchema: { type: "object" } });
  const twice = { ...tool("getUser"), description: "another of this name" };
  const server = listedMcpServer([...NAMES.map(tool), twice, tool(TOO_LONG)]);
  await writeFile(join(folder, "mcp.json"), JSON.stringify({ mcpServers: { odd: server } }));
  // The model calls what the query names, then says what it was told.
  harness = await startAgentHarness({
    script: ({ messages }) => {
      const said = messages.findLast((message) => message.role === "tool")?.content;
      const query = messages.find((message) => message.role === "user")?.content ?? "";
      return said === undefined ? action(query, {}) : finalAnswer(said);
    },
  });
  const logs = collectLogs();
  lines = logs.lines;
  toolWorkers = await startTestToolWorkers(
    harness.redis.url,
    { MCP_CONFIG: join(folder, "mcp.json") },
    logs.logger,
  );
  api = await startTestApi(harness.redis.url);
});

after(async () => {
  await api?.stop();
  await toolWorkers?.stop();
  await harness?.stop();
  await rm(folder, { recursive: true });
});

describe("names of tools", () => {
  test(
    verifies(["tool-by-name"], "a call reaches the tool that it names, however alike the names are"),
    async () => {
      const ids = (await api.client.tools.list()).map(({ id }) => id);
      assert.deepEqual(
        ids.filter((id) => id.startsWith("odd.")).sort(),
        NAMES.map((name) => `odd.${name}`).sort(),
      );
      await Promise.all(
        NAMES.map(async (name) => {
          const tool = `odd.${name}`;
          const { id } = await api.client.queries.submit({ query: tool, tools: ids });
          const { transcript } = await harness.ended(id);
          const told = transcript.steps[0]?.observation?.observation ?? "";
          assert.ok(told.startsWith(`I am ${name}, asked by `), `${JSON.stringify(name)}: ${told}`);
          assert.equal((await api.client.queries.get(id)).steps[0]?.tool_name, tool);
        }),
      );
    },
  );

  test("a name that is taken or too long is left out, and the log says so by name", () => {
    const warnings = lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    assert.deepEqual(warnings, [
      'the tool "getUser" is left out: the server lists another of this name before it',
      `the tool "odd.${TOO_LONG}" is not served: its name is 304 characters long; at most 256 are taken`,
    ]);
  });

  test("another definition under the name of a tool is told once, to those who announce the tool", async () => {
    const { connection: redis } = harness.redis;
    const told: string[] = [];
    const one = new ToolRegistry({ redis, onRival: (name) => told.push(`one: ${name}`) });
    const other = new ToolRegistry({ redis, onRival: (name) => told.push(`other: ${name}`) });
    const tool: ToolDefinition = { ...CALCULATOR, name: "Twin", queue: "twin--1" };
    for (let round = 0; round < 3; round++) {
      await one.announce([tool]);
      await one.announce([tool]);
      await other.announce([{ ...tool, usage: "another" }]);
    }
    assert.deepEqual(told, ["one: Twin", "other: Twin"]);
    assert.equal((await one.find(["Twin"])).tools[0]?.usage, "another", "the later counts");
    await one.announce([tool, { ...tool, name: "Twin of another name" }]);
    const { missing } = await one.find(["Twin", "Twin of another name"]);
    assert.deepEqual(missing, ["Twin of another name"], "a queue has one name");
  });

  test(verifies(["tool-by-name"], "a call in the queue of another tool is not run"), async () => {
    const { connection: redis } = harness.redis;
    const oracle: ToolDefinition = { ...CALCULATOR, name: "Oracle", queue: "oracle" };
    const ran: string[] = [];
    const worker = await ToolWorker.start({
      redis,
      tool: oracle,
      concurrency: 1,
      run: async ({ tool_name }) => {
        ran.push(tool_name);
        return { observation: "42", is_error: false };
      },
    });
    try {
      // As a definition that somebody wrote into Redis by hand, or an earlier version did, leads it there.
      await new ToolRegistry({ redis }).announce([{ ...oracle, name: "Seer" }]);
      const { transcript } = await harness.ended(await harness.submit("Seer", { tools: ["Seer"] }));
      assert.match(
        transcript.steps[0]?.observation?.observation ?? "",
        /^Error: the tool Seer cannot be reached/,
      );
      assert.deepEqual(ran, []);
    } finally {
      await worker.stop(0);
    }
  });
});
