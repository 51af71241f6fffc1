import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { actionConstraint, buildMessages, defaultTools, nextMove, toolTokens } from "@bullpen/agent";
import { ACTION_PRIMER, type ToolDefinition } from "@bullpen/contracts";
import { loadNodeLlamaModel } from "@bullpen/llm";
import { ToolRegistry } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { agentJob, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi } from "../testing/api.js";
import { type ListedTool, listedMcpServer } from "../testing/listed-mcp-server.js";
import { ROOT } from "../testing/run-app.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";

/** Of the real model: short, so that prompts take no time. */
const CONTEXT_TOKENS = 1_024;

/** As ordinary servers describe their tools: more than fit any context in use. */
const LISTED: ListedTool[] = Array.from({ length: 60 }, (_, i) => ({
  name: `find_records_${i}`,
  description: `Looks up the records of kind ${i} that fit a phrase, the newest first, twenty at most.`,
  inputSchema: {
    type: "object",
    properties: {
      phrase: { type: "string", description: "what to look for, in a few words" },
      limit: { type: "integer", minimum: 1, maximum: 20 },
    },
    required: ["phrase"],
  },
}));

test(
  verifies(["tools-fit"], "a query that names no tools is answered, however many tools there are"),
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-many-"));
    const huge = { ...LISTED[0], name: "a_huge_one", description: "word ".repeat(12_000) };
    const mcpServers = { db: listedMcpServer([huge, ...LISTED]) };
    await writeFile(join(folder, "mcp.json"), JSON.stringify({ mcpServers }));
    const harness = await startAgentHarness({ script: () => finalAnswer("done") });
    const toolWorkers = await startTestToolWorkers(harness.redis.url, {
      MCP_CONFIG: join(folder, "mcp.json"),
    });
    const api = await startTestApi(harness.redis.url);
    t.after(async () => {
      await api.stop();
      await toolWorkers.stop();
      await harness.stop();
      await rm(folder, { recursive: true });
    });

    const listed = await api.client.tools.list();
    assert.equal(listed.length, 63);
    const offered = listed.filter((tool) => tool.offered_by_default).map((tool) => tool.id);
    assert.ok(offered.length > 5 && offered.length < 63, `${offered.length}`);
    assert.ok((listed.find(({ id }) => id === "db.a_huge_one")?.prompt_tokens ?? 0) > 15_000);

    const sent = await api.client.queries.submit({ query: "?" });
    const { job } = await harness.ended(sent.id);
    assert.deepEqual(job.tools, offered);
    const named = await api.client.queries.submit({ query: "?", tools: ["db.a_huge_one"] });
    assert.deepEqual((await harness.ended(named.id)).job.tools, ["db.a_huge_one"]);

    const { tools } = await new ToolRegistry({ redis: harness.redis.connection }).find(
      LISTED.map(({ name }) => `db.${name}`),
    );
    await theModelHasRoomForDefaults(tools);
  },
);

/** By the real tokenizer, where estimates count for nothing. */
async function theModelHasRoomForDefaults(tools: readonly ToolDefinition[]): Promise<void> {
  const model = await loadNodeLlamaModel({
    modelPath: join(ROOT, "models/demo/bullpen-demo.gguf"),
    name: "demo",
    slots: 1,
    contextTokensPerSlot: CONTEXT_TOKENS,
    gpu: false,
  });
  const turn = async (offered: readonly ToolDefinition[]) => {
    const { sampling } = agentJob("?");
    const messages = buildMessages({ query: "?" }, offered, { steps: [], end: undefined });
    const completion = await model.complete(
      { messages, primer: ACTION_PRIMER, constraint: actionConstraint([]), sampling, maxTokens: 1 },
      new AbortController().signal,
    );
    const { text, usage, finishReason } = completion;
    return { text, usage, finish_reason: finishReason, duration_ms: 0 };
  };
  try {
    const some = defaultTools(tools, CONTEXT_TOKENS);
    const fitting = await turn(some);
    assert.notEqual(fitting.finish_reason, "context");
    const estimated = some.reduce((sum, tool) => sum + toolTokens(tool), 0);
    const taken = fitting.usage.prompt_tokens - (await turn([])).usage.prompt_tokens;
    assert.ok(estimated > taken * 0.8 && estimated < taken * 1.4, `${estimated} for ${taken}`);

    const all = await turn(tools);
    assert.equal(all.finish_reason, "context");
    const steps = [{ turn: all, observation: undefined }];
    const move = nextMove({ steps, end: undefined }, agentJob("?"), { tools, missing: [] });
    assert.ok(move.type === "finish" && move.outcome.status === "failed");
    assert.match(
      move.outcome.error.message,
      /^The prompt of \d+ tokens does not fit the model's context\. The text of its 60 tools takes about \d+: name fewer/,
    );
  } finally {
    await model.close();
  }
}
