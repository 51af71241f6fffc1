import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseExactly } from "@bullpen/contracts";
import { HttpClient } from "@bullpen/outbound/client";
import { exactFetch } from "@bullpen/tool-worker";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { listedMcpServer } from "../testing/listed-mcp-server.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";

const IDS = ["725653563933458432", "-9007199254740993", "9".repeat(60), "7"];

let folder: string;
let harness: AgentHarness;
let api: TestApi;
let toolWorkers: Awaited<ReturnType<typeof startTestToolWorkers>>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-integers-"));
  const inputSchema = {
    type: "object",
    properties: { id: { type: "integer" }, more: { type: "array", items: { type: "integer" } } },
    required: ["id"],
  };
  const server = listedMcpServer([
    { name: "note", description: "d", inputSchema },
    {
      name: "structured",
      description: "d",
      inputSchema,
      reply: { content: [], structuredContent: { id: Number(IDS[0]) } },
    },
  ]);
  await writeFile(join(folder, "mcp.json"), JSON.stringify({ mcpServers: { odd: server } }));
  await writeFile(
    join(folder, "own.mjs"),
    `export default { name: "Own", description: "d", inputSchema: ${JSON.stringify(inputSchema)}, run: ({ id }) => "got " + id };`,
  );
  // The query is what the model writes: a tool, and its input as JSON.
  harness = await startAgentHarness({
    script: ({ messages }) => {
      const said = messages.findLast((message) => message.role === "tool")?.content;
      const [tool, input] = (messages.find(({ role }) => role === "user")?.content ?? "").split(/ (.*)/s);
      return said === undefined ? `"${tool}",\n"input": ${input}\n}` : finalAnswer(said);
    },
  });
  const settings = { MCP_CONFIG: join(folder, "mcp.json"), TOOLS_FOLDER: folder };
  toolWorkers = await startTestToolWorkers(harness.redis.url, settings);
  api = await startTestApi(harness.redis.url);
});

after(async () => {
  await api?.stop();
  await toolWorkers?.stop();
  await harness?.stop();
  await rm(folder, { recursive: true });
});

async function call(tool: string, input: string) {
  const { id } = await api.client.queries.submit({ query: `${tool} ${input}`, tools: [tool] });
  const { transcript } = await harness.ended(id);
  const [step] = (await api.client.queries.get(id)).steps;
  return { observation: transcript.steps[0]?.observation?.observation ?? "", step };
}

for (const id of IDS) {
  test(
    verifies(["integers-exact"], `an integer of ${id.length} characters reaches its tool as written`),
    async () => {
      const { observation, step } = await call("odd.note", `{"id": ${id}, "more": [${id}, 1]}`);
      assert.ok(observation.includes(`"arguments":{"id":${id},"more":[${id},1]}`), observation);
      assert.ok(typeof step?.input === "object");
      assert.equal(String(step.input.id), id, "and is shown so");
    },
  );
}

test("an integer inside of JSON that the model wrote as a text is one, too", async () => {
  const { observation } = await call("odd.note", JSON.stringify(`{"id": ${IDS[0]}}`));
  assert.ok(observation.includes(`"arguments":{"id":${IDS[0]}}`), observation);
});

test(
  verifies(["integers-exact"], "a tool of one's own refuses what would become another number"),
  async () => {
    assert.equal((await call("Own", '{"id": 9007199254740991}')).observation, "got 9007199254740991");
    const { observation } = await call("Own", `{"id": ${IDS[0]}}`);
    assert.match(observation, /^Error: .*725653563933458432.* as a text/);
  },
);

test("a structured result whose integers are rounded says so", async () => {
  const { observation } = await call("odd.structured", '{"id": 1}');
  assert.match(observation, /^\{"id":\d+\} \(Integers of more than 15 digits may be rounded here\.\)$/);
});

test(verifies(["integers-exact"], "over HTTP integers are sent as written"), async () => {
  const server = createServer((request, response) => request.pipe(response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    // A cast: a server that listens on a port has an address of this form.
    const { port } = server.address() as AddressInfo;
    const body = JSON.stringify({ arguments: parseExactly(`{"id":${IDS[0]}}`) });
    const send = exactFetch(new HttpClient({ keepAlive: false }));
    const response = await send(`http://127.0.0.1:${port}`, { method: "POST", body });
    assert.equal(await response.text(), `{"arguments":{"id":${IDS[0]}}}`);
  } finally {
    server.close();
  }
});
