import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type CompletionRequest, shapesOf } from "@bullpen/contracts";
import OpenAI, { toFile } from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

let harness: BatchHarness;
let client: OpenAI;

/** A model that asks for the weather of two towns, adds the degrees up, and books what comes out. */
function say({ messages, constraint }: CompletionRequest): string {
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  const names = shapesOf(constraint)?.map(([name]) => name?.value) ?? [];
  const may = (text: string) => names.some((name) => name?.type === "constant" && name.text === text);
  const next = [
    () => action("get_weather", { town: "Oslo" }),
    () => action("get_weather", { town: "Bergen", note: 'a "quoted" ☂' }),
    () => action("Calculator", `output = ${results[0]} + ${results[1]}`),
    () => action("book", { degrees: Number(results[2]) }),
  ][results.length];
  return next && may("get_weather") ? next() : finalAnswer(`Booked: ${results.join(", ")}`);
}

before(async () => {
  harness = await startBatchHarness({
    script: say,
    tools: { Calculator: () => ({ observation: "11", is_error: false }) },
  });
  client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none" });
});
after(() => harness.stop());

const parameters = { type: "object", properties: { town: { type: "string" }, note: { type: "string" } } };
const BOOK = { name: "book", description: "books", parameters: { type: "object", properties: {} } };
const QUESTION = { role: "user" as const, content: "How warm are Oslo and Bergen together? Book it." };

function runTools(calls: string[]) {
  const note = (name: string, result: string) => (args: object) => {
    calls.push(`${name} ${JSON.stringify(args)}`);
    return result;
  };
  const weather = { name: "get_weather", description: "tells the weather", parameters, parse: JSON.parse };
  let towns = 0;
  return [
    {
      type: "function" as const,
      function: { ...weather, function: (args: object) => note("get_weather", String(++towns + 3))(args) },
    },
    { type: "function" as const, function: { ...BOOK, parse: JSON.parse, function: note("book", "done") } },
  ];
}

const EXPECTED_CALLS = [
  'get_weather {"town":"Oslo"}',
  'get_weather {"town":"Bergen","note":"a \\"quoted\\" ☂"}',
  'book {"degrees":11}',
];

for (const stream of [false, true]) {
  test(
    verifies(["openai-clients"], `runTools works through several rounds${stream ? ", streamed" : ""}`),
    async () => {
      const calls: string[] = [];
      const first = harness.agents.model.requests.length;
      const body = {
        model: "scripted",
        messages: [QUESTION],
        tools: runTools(calls),
        // Bullpen's own, beside the caller's.
        ...{ bullpen: { tools: ["Calculator"] } },
      };
      const runner = stream
        ? client.chat.completions.runTools({ ...body, stream })
        : client.chat.completions.runTools(body);
      assert.equal(await runner.finalContent(), "Booked: 4, 5, 11, done");
      assert.deepEqual(calls, EXPECTED_CALLS);
      const requests = harness.agents.model.requests.slice(first);
      assert.equal(requests.length, 5);
      // Each turn goes on with the prompt of the one before, in the same slot.
      for (const [i, { messages }] of requests.slice(1).entries())
        assert.deepEqual(messages.slice(0, requests[i]?.messages.length), requests[i]?.messages);
      const keys = new Set(requests.map(({ cacheKey }) => cacheKey));
      assert.equal(keys.size, 1);
    },
  );
}

test("the choice of a tool holds the turn to it, and none to the answer", async () => {
  const tools = [{ type: "function" as const, function: { name: "get_weather", parameters } }];
  const ask = (tool_choice: OpenAI.ChatCompletionToolChoiceOption) =>
    client.chat.completions.create({ model: "scripted", messages: [QUESTION], tools, tool_choice });
  const named = await ask({ type: "function", function: { name: "get_weather" } });
  assert.equal(named.choices[0]?.finish_reason, "tool_calls");
  const shapes = shapesOf(harness.agents.model.requests.at(-1)?.constraint);
  assert.deepEqual(
    shapes?.map(([name]) => name?.value),
    [{ type: "constant", text: "get_weather" }],
  );
  const none = await ask("none");
  assert.equal(none.choices[0]?.message.content, "Booked: ");
  await assert.rejects(ask({ type: "function", function: { name: "other" } }), /tool_choice\.function\.name/);
});

test("calls of other tenants' queries, and of queries that are gone, stay as they are sent", async () => {
  const call = {
    id: "call_0mhv3k2a1000f3c9d1e07ab2c_1",
    type: "function" as const,
    function: { name: "get_weather", arguments: '{ "town": "Oslo" }' },
  };
  const { choices } = await client.chat.completions.create({
    model: "scripted",
    messages: [
      QUESTION,
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: call.id, content: "4" },
    ],
    tools: runTools([]),
  });
  assert.equal(choices[0]?.finish_reason, "tool_calls");
  const sent = harness.agents.model.requests.at(-1)?.messages.at(-2)?.content ?? "";
  assert.ok(sent.includes('"input": { "town": "Oslo" }'), sent);
});

test("a line of a batch ends with the call, as a chat does", async () => {
  const tools = [{ type: "function", function: { name: "get_weather", parameters } }];
  const file = await toFile(Buffer.from(batchLine("one", "Oslo?", { tools })), "input.jsonl");
  const { id: input_file_id } = await client.files.create({ file, purpose: "batch" });
  const endpoint = "/v1/chat/completions";
  const { id } = await client.batches.create({ input_file_id, endpoint, completion_window: "24h" });
  const batch = await until("the batch ends", async () => {
    const found = await client.batches.retrieve(id);
    return found.status === "completed" && found;
  });
  const output = await (await client.files.content(batch.output_file_id ?? "")).text();
  assert.match(output, /"finish_reason":"tool_calls"/);
  assert.match(output, /"name":"get_weather","arguments":"\{\\"town\\":\\"Oslo\\"\}"/);
});
