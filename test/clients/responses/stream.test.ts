import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { until } from "../../testing/until.js";
import { INTERPRETER, type ResponsesHarness, startResponsesHarness, WEATHER } from "./weather-agent.js";

type Event = OpenAI.Responses.ResponseStreamEvent;

let harness: ResponsesHarness;
let client: OpenAI;
before(async () => {
  harness = await startResponsesHarness();
  client = harness.openai;
});
after(() => harness.stop());

async function eventsOf(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** The types of events, each run of deltas as one. */
function outline(events: readonly Event[]): string[] {
  const types = events.map(({ type }) => type.replace("response.", ""));
  return types.filter((type, i) => !type.endsWith(".delta") || types[i - 1] !== type);
}

const TOOLS: OpenAI.Responses.Tool[] = [
  INTERPRETER,
  { type: "web_search" },
  { type: "mcp", server_label: "files", require_approval: "never" },
  WEATHER,
];
const MESSAGE = [
  ...["output_item.added", "content_part.added", "output_text.delta", "output_text.done"],
  ...["content_part.done", "output_item.done"],
];

describe("a stream", () => {
  test(
    verifies(["openai-clients"], "has the events of all calls and the answer, in order, numbered"),
    async () => {
      const stream = await client.responses.create({
        model: "scripted",
        input: "Calculator Search files.read done",
        tools: TOOLS,
        stream: true,
      });
      const events = await eventsOf(stream);
      assert.deepEqual(
        events.map(({ sequence_number }) => sequence_number),
        events.map((_, i) => i),
      );
      assert.deepEqual(outline(events), [
        ...["created", "in_progress"],
        ...[
          "output_item.added",
          "mcp_list_tools.in_progress",
          "mcp_list_tools.completed",
          "output_item.done",
        ],
        ...["output_item.added", "code_interpreter_call.in_progress", "code_interpreter_call_code.delta"],
        ...["code_interpreter_call_code.done", "code_interpreter_call.interpreting"],
        ...["code_interpreter_call.completed", "output_item.done"],
        ...["output_item.added", "web_search_call.in_progress", "web_search_call.searching"],
        ...["web_search_call.completed", "output_item.done"],
        ...[
          "output_item.added",
          "mcp_call.in_progress",
          "mcp_call_arguments.delta",
          "mcp_call_arguments.done",
        ],
        ...["mcp_call.completed", "output_item.done"],
        ...MESSAGE,
        "completed",
      ]);
      const last = events.at(-1);
      assert.ok(last?.type === "response.completed");
      const done = events.flatMap((event) =>
        event.type === "response.output_item.done" ? [event.item] : [],
      );
      assert.deepEqual(done, last.response.output);
      const { output_text: _, ...streamed } = last.response;
      const { output_text: __, ...read } = await client.responses.retrieve(last.response.id);
      assert.deepEqual(streamed, read);
    },
  );

  test("of a call of the caller's ends with it", async () => {
    const stream = await client.responses.create({
      model: "scripted",
      input: "get_weather done",
      tools: TOOLS.slice(3),
      stream: true,
    });
    assert.deepEqual(outline(await eventsOf(stream)), [
      ...["created", "in_progress", "output_item.added", "function_call_arguments.delta"],
      ...["function_call_arguments.done", "output_item.done", "completed"],
    ]);
  });

  test(
    verifies(["openai-clients"], "is read by the client's helper, which puts the response together"),
    async () => {
      const stream = client.responses.stream({ model: "scripted", input: "Calculator done", tools: TOOLS });
      const pieces: string[] = [];
      stream.on("response.output_text.delta", ({ delta }) => pieces.push(delta));
      const response = await stream.finalResponse();
      assert.deepEqual(pieces, ["Results: ", "42."]);
      assert.equal(response.output_text, "Results: 42.");
      const format = {
        type: "json_schema",
        name: "answer",
        strict: true,
        schema: { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] },
      } as const;
      const json = client.responses.stream({ model: "scripted", input: "json", text: { format } });
      assert.deepEqual((await json.finalResponse()).output_parsed, { answer: "Turn 0: json" });
    },
  );

  test("of a response that fails or is cut off ends with the reason", async () => {
    const failing = await client.responses.create({ model: "scripted", input: "break", stream: true });
    const last = (await eventsOf(failing)).at(-1);
    assert.ok(last?.type === "response.failed");
    assert.equal(last.response.error?.code, "server_error");
    const cut = await client.responses.create({ model: "scripted", input: "cut", stream: true });
    const events = await eventsOf(cut);
    assert.deepEqual(outline(events), ["created", "in_progress", ...MESSAGE, "incomplete"]);
    await assert.rejects(
      client.responses.create({ model: "scripted", input: "x", stream: true, temperature: 9 }),
      OpenAI.BadRequestError,
    );
  });

  test("that the client leaves cancels its query, unless it runs in the background", async () => {
    for (const background of [false, true]) {
      const stream = await client.responses.create({
        model: "scripted",
        input: "hang",
        stream: true,
        background,
      });
      let id = "";
      for await (const event of stream) {
        if (event.type !== "response.in_progress") continue;
        id = event.response.id;
        break;
      }
      if (background) {
        assert.equal((await client.responses.retrieve(id)).status, "in_progress");
        await client.responses.cancel(id);
      }
      await until(
        "it is cancelled",
        async () => (await client.responses.retrieve(id)).status === "cancelled",
      );
    }
  });
});

test(verifies(["openai-clients"], "a stream goes on after the last event that the client has"), async () => {
  const stream = await client.responses.create({
    model: "scripted",
    input: "Calculator files.read done and a few words more",
    tools: TOOLS,
    stream: true,
    background: true,
  });
  const whole = await eventsOf(stream);
  assert.deepEqual(outline(whole).slice(0, 3), ["created", "queued", "in_progress"]);
  const last = whole.at(-1);
  assert.ok(last?.type === "response.completed");
  const { id } = last.response;
  for (const after of [0, 7, whole.length - 3, whole.length - 2]) {
    const rest = await eventsOf(await client.responses.retrieve(id, { stream: true, starting_after: after }));
    assert.deepEqual(rest, whole.slice(after + 1), `after ${after}`);
  }
  assert.deepEqual(await eventsOf(await client.responses.retrieve(id, { stream: true })), whole);
  // A stream that breaks off while the answer is written, as far as the model has come.
  const running = await client.responses.create({
    model: "scripted",
    input: "hang",
    background: true,
  });
  const resumed = await client.responses.retrieve(running.id, { stream: true, starting_after: 1 });
  const types = eventsOf(resumed);
  await client.responses.cancel(running.id);
  assert.deepEqual(outline(await types), ["in_progress", "failed"]);
});
