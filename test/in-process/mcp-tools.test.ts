import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { shapesOf, type ToolInput } from "@bullpen/contracts";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import {
  charactersReadBy,
  EVERYTHING,
  type McpHttpServer,
  startMcpHttpServer,
  stdioServerPids,
} from "../testing/mcp-server.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";
import { until } from "../testing/until.js";

/** What the model calls first, by query; then it answers with what the tool said. */
const CALLS: Record<string, [string, ToolInput]> = {
  "sum by stdio": ["local.get-sum", { a: 2, b: 40 }],
  "sum by http": ["remote.get-sum", { a: 2, b: 40 }],
  "sum in a string": ["local.get-sum", '{"a": 1, "b": 1}'],
  "no number": ["local.get-sum", { a: "two", b: 40 }],
  environment: ["local.get-env", {}],
  "long by stdio": ["local.trigger-long-running-operation", { duration: 60, steps: 2 }],
  "long by http": ["remote.trigger-long-running-operation", { duration: 60, steps: 2 }],
};

let folder: string;
let remote: McpHttpServer;
let harness: AgentHarness;
let api: TestApi;
let toolWorkers: Awaited<ReturnType<typeof startTestToolWorkers>>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-mcp-"));
  remote = await startMcpHttpServer();
  const offered = ["get-sum", "get-env", "trigger-long-running-operation"];
  const mcpServers = {
    local: {
      command: process.execPath,
      args: [EVERYTHING, "stdio"],
      env: { PLACE: "from the configuration" },
      bullpen: { tools: offered, perTool: { "get-env": { rateLimit: { calls: 1, perSeconds: 1 } } } },
    },
    remote: { type: "http", url: remote.url, bullpen: { tools: offered } },
  };
  await writeFile(join(folder, "mcp.json"), JSON.stringify({ mcpServers }));
  harness = await startAgentHarness({
    script: (request) => {
      const query = request.messages.find((message) => message.role === "user")?.content ?? "";
      const said = request.messages.findLast((message) => message.role === "tool")?.content;
      const call = CALLS[query];
      if (said !== undefined || !call) return finalAnswer(said ?? "no such call");
      return action(...call);
    },
  });
  process.env.BULLPEN_TEST_SECRET = "of the tool-worker";
  toolWorkers = await startTestToolWorkers(harness.redis.url, { MCP_CONFIG: join(folder, "mcp.json") });
  api = await startTestApi(harness.redis.url);
});

after(async () => {
  await api?.stop();
  await toolWorkers?.stop();
  await harness?.stop();
  await remote?.kill();
  await rm(folder, { recursive: true });
});

/** Asks by way of the api, and returns the ended query. */
async function ask(query: string) {
  const id = await submit(query);
  return harness.ended(id);
}

async function submit(query: string, tools = [CALLS[query]?.[0] ?? "Calculator"]): Promise<string> {
  return (await api.client.queries.submit({ query, tools })).id;
}

async function observe(query: string) {
  const { transcript } = await ask(query);
  return transcript.steps[0]?.observation;
}

describe("tools of MCP servers", () => {
  for (const query of ["sum by stdio", "sum by http"]) {
    test(verifies(["mcp-tools"], `an agent calls one: ${query}`), async () => {
      const record = await ask(query);
      assert.deepEqual(record.outcome, { status: "completed", answer: "The sum of 2 and 40 is 42." });
      const [step] = (await api.client.queries.get(record.id)).steps;
      assert.equal(step?.tool_name, CALLS[query]?.[0]);
      assert.deepEqual(step?.input, { a: 2, b: 40 });
    });
  }

  test("the model is told each tool's schema, and only of the tools that the query allows", async () => {
    await ask("sum by stdio");
    const request = harness.model.requests.find(({ messages }) => messages[1]?.content === "sum by stdio");
    const instructions = request?.messages[0]?.content ?? "";
    assert.match(instructions, /local\.get-sum: Returns the sum of two numbers\. "input" is a JSON object/);
    assert.ok(!instructions.includes("remote.get-sum") && !instructions.includes("Calculator"));
    const [[name, input] = [], ...others] = shapesOf(request?.constraint) ?? [];
    assert.deepEqual(name?.value, { type: "constant", text: "local.get-sum" });
    assert.ok(input?.value.type === "object" && input.value.schema.properties);
    assert.equal(others.length, 1, "the final answer");
  });

  test("GET /v1/tools lists them, and a query that names another is refused", async () => {
    const ids = (await api.client.tools.list()).map(({ id }) => id);
    const added = ["get-env", "get-sum", "trigger-long-running-operation"];
    assert.deepEqual(ids, [
      "Calculator",
      "Search",
      ...added.map((name) => `local.${name}`),
      ...added.map((name) => `remote.${name}`),
    ]);
    const refused = api.client.queries.submit({ query: "x", tools: ["local.echo"] });
    await assert.rejects(refused, { code: "tool_not_found" });
  });

  test(verifies(["tool-input-checked"], "an input that does not fit is told to the model"), async () => {
    const observation = await observe("no number");
    assert.equal(observation?.is_error, true);
    assert.match(
      observation?.observation ?? "",
      /does not fit the schema of local\.get-sum: input\/a must be number/,
    );
    assert.match(
      (await observe("sum in a string"))?.observation ?? "",
      /is 2\./,
      "JSON in a string is taken",
    );
  });

  test(verifies(["mcp-secrets"], "a server's environment is what its configuration says"), async () => {
    const env = JSON.parse((await observe("environment"))?.observation ?? "");
    assert.equal(env.PLACE, "from the configuration");
    const allowed = ["PLACE", "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"];
    assert.deepEqual(
      Object.keys(env).filter((name) => !allowed.includes(name)),
      [],
    );
  });

  test(
    verifies(["mcp-limits"], "a tool is called as often as its limit allows, and no oftener"),
    async () => {
      const startedAt = performance.now();
      await Promise.all([1, 2, 3].map(() => observe("environment")));
      // Whatever stalls only makes it longer.
      assert.ok(performance.now() - startedAt >= 1_900, "two waits of a second lie between three calls");
    },
  );

  test(verifies(["mcp-restart"], "a stdio server that dies is told to the model and restarted"), async () => {
    const [pid = 0] = await stdioServerPids();
    const heard = await charactersReadBy(pid);
    const id = await submit("long by stdio");
    await until("the server has the call", async () => (await charactersReadBy(pid)) > heard);
    process.kill(pid, "SIGKILL");
    const { transcript } = await harness.ended(id);
    const observation = transcript.steps[0]?.observation;
    assert.equal(observation?.is_error, true);
    assert.match(
      observation?.observation ?? "",
      /the MCP server local ended while the call ran .*is being restarted/,
    );
    await until("the server is back", async () => (await observe("sum by stdio"))?.is_error === false);
    const pids = await stdioServerPids();
    assert.ok(pids.length === 1 && pids[0] !== pid);
  });

  test(
    verifies(["mcp-restart"], "an HTTP server that dies is told to the model and connected again"),
    async () => {
      const sent = remote.requests();
      const id = await submit("long by http");
      await until("the server has the call", () => remote.requests() > sent);
      await remote.kill();
      const { transcript } = await harness.ended(id);
      assert.match(
        transcript.steps[0]?.observation?.observation ?? "",
        /the MCP server remote ended while the call ran \(.+\)/,
      );
      const down = await observe("sum by http");
      assert.equal(down?.is_error, true);
      assert.match(down?.observation ?? "", /the MCP server remote is down \(.*\) and is being restarted/);
      await until("the gauge shows it", async () => (await gauge("remote")) === 0);
      await remote.start();
      await until("the server is back", async () => (await observe("sum by http"))?.is_error === false);
      assert.equal(await gauge("remote"), 1);
    },
  );
});

async function gauge(server: string): Promise<number> {
  const text = await (await fetch(`${toolWorkers.url}/metrics`)).text();
  const line = text
    .split("\n")
    .find((each) => each.startsWith("bullpen_mcp_server_up") && each.includes(server));
  return Number(line?.split(" ").at(-1));
}
