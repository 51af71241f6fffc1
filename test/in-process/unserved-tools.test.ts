import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { every } from "@bullpen/base";
import type { ToolDefinition } from "@bullpen/contracts";
import { ToolRegistry, ToolWorker } from "@bullpen/queue";
import { UnservedTools } from "@bullpen/tool-worker";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";

const LAPSE_MS = 1_000;

const ORACLE: ToolDefinition = {
  name: "Oracle",
  queue: "oracle",
  usage: "Knows everything.",
  exampleInput: "?",
  crashPolicy: "rerun",
  timeoutMs: 1_000,
};

let harness: AgentHarness;
before(async () => {
  harness = await startAgentHarness({
    script: (request) => {
      const said = request.messages.findLast((message) => message.role === "tool")?.content;
      return said === undefined ? action("Oracle", "what is six times seven?") : finalAnswer(said);
    },
  });
});
after(() => harness.stop());

function registry(): ToolRegistry {
  return new ToolRegistry({ redis: harness.redis.connection, lapseMs: LAPSE_MS });
}

async function names(): Promise<string[]> {
  return (await registry().list()).map((tool) => tool.name);
}

async function ask() {
  const id = await harness.submit("?", { tools: ["Oracle"] });
  return { id, observation: async () => (await harness.ended(id)).transcript.steps[0]?.observation };
}

test("an announced tool is offered until nobody has announced it for a while", async () => {
  assert.deepEqual(await names(), ["Calculator", "Search"]);
  const offered = await until("it is offered", async () => {
    await registry().announce([ORACLE]);
    const now = await names();
    return now.includes("Oracle") && now;
  });
  assert.deepEqual(offered, ["Calculator", "Search", "Oracle"]);
  await until("it lapses", async () => !(await names()).includes("Oracle"));
  assert.deepEqual((await registry().find(["Oracle", "Search", "Nobody"])).missing, ["Nobody"]);
});

test(
  verifies(["tool-vanishes"], "a call that waits for a tool that is served no more is told so"),
  async () => {
    await registry().announce([ORACLE]);
    const { id, observation } = await ask();
    await until("it waits", async () => (await harness.record(id)).status === "waiting_for_tool");
    const unserved = new UnservedTools({
      redis: harness.redis.connection,
      isServed: () => false,
      onError: (error) => assert.fail(error),
      checkEveryMs: 20,
      lapseMs: LAPSE_MS,
    });
    const told = await observation();
    assert.equal(told?.observation, "Error: the tool Oracle is not available any more.");
    assert.equal(told?.is_error, true);

    // Served again: the calls are its own again.
    const stopAnnouncing = every(LAPSE_MS / 20, () => registry().announce([ORACLE]));
    const worker = await ToolWorker.start({
      redis: harness.redis.connection,
      tool: ORACLE,
      concurrency: 1,
      run: async () => ({ observation: "42", is_error: false }),
    });
    await until("it is offered", async () => (await names()).includes("Oracle"));
    assert.equal((await (await ask()).observation())?.observation, "42");
    await stopAnnouncing(); // one under way would make the tool known again
    await worker.stop(0);
    await unserved.stop();
  },
);

test(verifies(["tool-vanishes"], "a tool that nobody knows any more is an observation at once"), async () => {
  await harness.redis.connection.del("{bullpen}:tools", "{bullpen}:tools-announced");
  const told = await (await ask()).observation();
  assert.equal(told?.observation, "Error: the tool Oracle is not available any more.");
});
