import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answerOf } from "@bullpen/client";
import OpenAI, { toFile } from "openai";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { parseJsonl } from "../../testing/batch-lines.js";
import { until } from "../../testing/until.js";
import {
  INTERPRETER,
  type ResponsesHarness,
  refusedWith,
  startResponsesHarness,
  WEATHER,
} from "./weather-agent.js";

let harness: ResponsesHarness;
let client: OpenAI;
before(async () => {
  harness = await startResponsesHarness();
  client = harness.openai;
});
after(() => harness.stop());

type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming;

function create(params: Partial<Params>): Promise<OpenAI.Responses.Response> {
  return client.responses.create({ model: "scripted", ...params });
}

describe("functions of the caller", () => {
  test(
    verifies(["openai-clients"], "end the response with their call; the next one brings the output"),
    async () => {
      const first = await create({ input: "Calculator get_weather done", tools: [WEATHER, INTERPRETER] });
      const call = first.output.at(-1);
      assert.ok(call?.type === "function_call");
      assert.deepEqual(
        [call.name, call.arguments, call.status],
        ["get_weather", '{"town":"Oslo"}', "completed"],
      );
      const output = { type: "function_call_output" as const, call_id: call.call_id, output: "rain" };
      const second = await create({
        previous_response_id: first.id,
        input: [output],
        tools: [WEATHER, INTERPRETER],
      });
      assert.equal(second.output_text, "Results: 42, rain.");
      assert.equal(second.previous_response_id, first.id);
      // The same without stored responses: the items go back as they came. A cast: the types know items of no answer.
      const third = await create({
        input: [
          { role: "user", content: "Calculator get_weather done" },
          ...(first.output as OpenAI.Responses.ResponseInput),
          output,
        ],
        tools: [WEATHER, INTERPRETER],
      });
      assert.equal(third.output_text, "Results: 42, rain.");
      const [a, b] = harness.agents.model.requests.slice(-2);
      assert.deepEqual(a?.messages, b?.messages, "both ways the model reads the same");
      assert.deepEqual([a?.cacheKey, b?.cacheKey], [first.id.replace("resp_", "query_"), a?.cacheKey]);
    },
  );

  test("need their outputs, each once, and no other", async () => {
    const { id, output } = await create({ input: "get_weather done", tools: [WEATHER] });
    const [call] = output;
    assert.ok(call?.type === "function_call");
    const result = (call_id: string) => ({ type: "function_call_output" as const, call_id, output: "rain" });
    for (const [input, param] of [
      [[{ role: "user", content: "and?" }], "input"],
      [[result("call_x")], "input[0].call_id"],
      [[result(call.call_id), result(call.call_id)], "input[1].call_id"],
    ] as const)
      await assert.rejects(
        create({ previous_response_id: id, input: [...input], tools: [WEATHER] }),
        refusedWith("invalid_request", param),
      );
  });

  test("are chosen by tool_choice", async () => {
    const forced = await create({
      input: "get_weather done",
      tools: [WEATHER, INTERPRETER],
      tool_choice: { type: "function", name: "get_weather" },
    });
    assert.equal(forced.output[0]?.type, "function_call");
    const { constraint } = harness.agents.model.requests.at(-1) ?? {};
    assert.match(JSON.stringify(constraint), /get_weather/);
    assert.doesNotMatch(JSON.stringify(constraint), /Calculator|Final Answer/);
    const none = await create({ input: "get_weather done", tools: [WEATHER], tool_choice: "none" });
    assert.deepEqual(
      none.output.map(({ type }) => type),
      ["message"],
    );
    await assert.rejects(
      create({ input: "x", tools: [WEATHER], tool_choice: { type: "function", name: "other" } }),
      refusedWith("invalid_request", "tool_choice.name"),
    );
  });
});

describe("a conversation", () => {
  test(
    verifies(["openai-clients"], "goes on by previous_response_id, without the instructions of before"),
    async () => {
      const first = await create({
        instructions: "Say arr.",
        input: [
          { role: "developer", content: "You know Bob." },
          { role: "user", content: "Calculator done" },
        ],
        tools: [INTERPRETER],
      });
      const second = await create({
        previous_response_id: first.id,
        input: "and now?",
        tools: [INTERPRETER],
      });
      const third = await create({
        previous_response_id: second.id,
        input: "and then?",
        tools: [INTERPRETER],
      });
      assert.equal(third.output_text, "Turn 3: and then?");
      const { messages = [], cacheKey } = harness.agents.model.requests.at(-1) ?? {};
      assert.doesNotMatch(messages[0]?.content ?? "", /Say arr/);
      assert.match(messages[0]?.content ?? "", /You know Bob\.$/);
      assert.deepEqual(
        messages.slice(1).map(({ role }) => role),
        ["user", "assistant", "tool", "assistant", "user", "assistant", "user"],
      );
      assert.equal(cacheKey, first.id.replace("resp_", "query_"));
    },
  );

  test("cannot continue what is unknown, not stored or not ended", async () => {
    const unstored = await create({ input: "hello", store: false });
    for (const id of [unstored.id, "resp_x", `resp_${"0".repeat(24)}`])
      await assert.rejects(
        create({ previous_response_id: id, input: "x" }),
        refusedWith("previous_response_not_found", "previous_response_id"),
      );
    await assert.rejects(client.responses.retrieve(unstored.id), OpenAI.NotFoundError);
    const { id } = await create({ input: "hang", background: true });
    await assert.rejects(
      create({ previous_response_id: id, input: "x" }),
      refusedWith("invalid_request", "previous_response_id", /has not ended yet/),
    );
    await client.responses.cancel(id);
  });

  test("may refer to items of responses by their ids", async () => {
    const { output } = await create({ input: "Calculator done", tools: [INTERPRETER] });
    const references = output.map(({ id = "" }) => ({ type: "item_reference" as const, id }));
    const made = await create({
      input: [{ role: "user", content: "first" }, ...references, { role: "user", content: "and now?" }],
      tools: [INTERPRETER],
    });
    const { messages = [] } = harness.agents.model.requests.at(-1) ?? {};
    assert.deepEqual(
      messages.slice(1).map(({ role }) => role),
      ["user", "assistant", "tool", "assistant", "user"],
    );
    const items = await client.responses.inputItems.list(made.id, { order: "asc" });
    assert.deepEqual(
      items.data.map(({ type }) => type),
      ["message", "code_interpreter_call", "message", "message"],
    );
    await assert.rejects(
      create({ input: [{ type: "item_reference", id: `msg_${"0".repeat(24)}_0` }] }),
      refusedWith("item_not_found", "input[0].id"),
    );
  });

  test("that is too long loses its beginning where truncation is auto", async () => {
    const long = Array.from({ length: 30 }, (_, i) => [
      { role: "user" as const, content: `question ${i} ${"word ".repeat(100)}` },
      { role: "assistant" as const, content: `answer ${i}` },
    ]).flat();
    const input = [...long, { role: "user" as const, content: "last" }];
    const { truncation } = await create({ input, truncation: "auto", tools: [] });
    assert.equal(truncation, "auto");
    const { messages = [] } = harness.agents.model.requests.at(-1) ?? {};
    assert.ok(messages.length > 5 && messages.length < 50, String(messages.length));
    assert.equal(messages[0]?.role, "user");
    await create({ input, tools: [] });
    assert.equal(harness.agents.model.requests.at(-1)?.messages.length, 61);
  });
});

test(verifies(["openai-clients"], "lines of a batch are requests for responses"), async () => {
  const line = (custom_id: string, body: object) =>
    JSON.stringify({
      custom_id,
      method: "POST",
      url: "/v1/responses",
      body: {
        model: "scripted",
        tools: [WEATHER, INTERPRETER, { type: "mcp", server_label: "files" }],
        ...body,
      },
    });
  const lines = [
    line("one", { input: "Calculator done" }),
    line("two", { input: "get_weather done", instructions: "Be brief." }),
    line("three", { input: "break" }),
    line("four", { input: "x", previous_response_id: `resp_${"0".repeat(24)}` }),
    line("five", { input: "x", background: true }),
  ];
  const file = await client.files.create({
    file: await toFile(Buffer.from(lines.join("\n")), "input.jsonl"),
    purpose: "batch",
  });
  const { id } = await client.batches.create({
    input_file_id: file.id,
    endpoint: "/v1/responses",
    completion_window: "24h",
  });
  const batch = await until("the batch ends", async () => {
    const found = await client.batches.retrieve(id);
    return found.status === "completed" && found;
  });
  assert.equal(batch.endpoint, "/v1/responses");
  assert.deepEqual(batch.request_counts, { total: 5, completed: 2, failed: 3 });
  const read = async (fileId = "") => parseJsonl<Line>(await (await client.files.content(fileId)).text());
  const [one, two] = await read(batch.output_file_id ?? "");
  const typesOf = (answered?: Line) => answered?.response.body.output?.map(({ type }) => type);
  assert.deepEqual(
    [one?.custom_id, typesOf(one)],
    ["one", ["mcp_list_tools", "code_interpreter_call", "message"]],
  );
  assert.deepEqual([two?.custom_id, typesOf(two)], ["two", ["mcp_list_tools", "function_call"]]);
  assert.equal(two?.response.body.instructions, "Be brief.");
  await assert.rejects(client.responses.retrieve(one?.response.body.id ?? ""), OpenAI.NotFoundError);
  assert.deepEqual(
    (await read(batch.error_file_id ?? "")).map(({ custom_id, response: { status_code, body } }) => [
      ...[custom_id, status_code, body.error?.code, body.error?.param],
    ]),
    [
      ["three", 502, "malformed_output", null],
      ["four", 400, "invalid_request", "previous_response_id"],
      ["five", 400, "invalid_request", "background"],
    ],
  );
  const answers: (string | undefined)[] = [];
  for await (const result of harness.client.batches.results(id)) answers.push(answerOf(result));
  assert.deepEqual(answers.slice(0, 2), ["Results: 42.", undefined]);
});

interface Line {
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly body: Partial<OpenAI.Responses.Response> & {
      readonly error?: { readonly code: string; readonly param: string | null };
    };
  };
}
