import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  Agent,
  codeInterpreterTool,
  hostedMcpTool,
  OpenAIResponsesModel,
  run,
  setTracingDisabled,
  tool,
  webSearchTool,
} from "@openai/agents";
import { z } from "zod";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { type ResponsesHarness, startResponsesHarness } from "./weather-agent.js";

let harness: ResponsesHarness;
let agent: Agent;
const towns: string[] = [];
before(async () => {
  setTracingDisabled(true);
  harness = await startResponsesHarness();
  agent = new Agent({
    name: "Helper",
    instructions: "Help.",
    model: new OpenAIResponsesModel(harness.openai, "scripted"),
    tools: [
      codeInterpreterTool(),
      webSearchTool(),
      hostedMcpTool({ serverLabel: "files", serverUrl: "bullpen://files" }),
      tool({
        name: "get_weather",
        description: "tells the weather",
        parameters: z.object({ town: z.string() }),
        execute: ({ town }) => {
          towns.push(town);
          return "4 degrees";
        },
      }),
    ],
  });
});
after(() => harness.stop());

const QUESTION = "Calculator Search get_weather files.read done";
const ANSWER = /^Results: 42, Error: the provider is away\., 4 degrees, read \{"path":"\/tmp\/a"\}\.$/;
const ITEMS = [
  "mcp_list_tools",
  "code_interpreter_call",
  "web_search_call",
  "get_weather",
  "mcp_list_tools",
  "mcp_call",
];

test(
  verifies(["openai-clients"], "an agent of the Agents SDK uses hosted tools and its own, and goes on"),
  async () => {
    const result = await run(agent, QUESTION);
    assert.match(String(result.finalOutput), ANSWER);
    assert.deepEqual(towns, ["Oslo"]);
    const calls = result.newItems.flatMap((item) => ("name" in item.rawItem ? [item.rawItem.name] : []));
    for (const name of new Set(ITEMS)) assert.ok(calls.includes(name), `${name} in ${calls}`);
    const next = await run(agent, [...result.history, { role: "user", content: "and now?" }]);
    assert.match(String(next.finalOutput), /^Turn \d+: and now\?$/);
    const last = await run(agent, "and then?", { previousResponseId: next.lastResponseId ?? "" });
    assert.match(String(last.finalOutput), /^Turn \d+: and then\?$/);
  },
);

test(verifies(["openai-clients"], "an agent of the Agents SDK streams"), async () => {
  const result = await run(agent, QUESTION, { stream: true });
  let text = "";
  for await (const piece of result.toTextStream()) text += piece;
  await result.completed;
  assert.match(text, ANSWER);
  assert.match(String(result.finalOutput), ANSWER);
});

test(verifies(["openai-clients"], "an agent of the Agents SDK answers with its output type"), async () => {
  const typed = new Agent({
    name: "Typed",
    model: new OpenAIResponsesModel(harness.openai, "scripted"),
    tools: [codeInterpreterTool()],
    outputType: z.object({ answer: z.string() }),
  });
  const { finalOutput } = await run(typed, "json Calculator");
  assert.deepEqual(finalOutput, { answer: "Turn 0: json Calculator" });
});
