import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { verifies } from "../../source-checks/requirements/requirements.js";
import { until } from "../../testing/until.js";
import { INTERPRETER, type ResponsesHarness, refusedWith, startResponsesHarness } from "./weather-agent.js";

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

describe("a response", () => {
  test(
    verifies(["openai-clients"], "is answered whole, with usage, and repeats what was asked"),
    async () => {
      const made = await create({
        input: "hello",
        instructions: "Be brief.",
        metadata: { night: "1" },
        tools: [INTERPRETER],
        temperature: 0.3,
        max_output_tokens: 300,
      });
      assert.match(made.id, /^resp_[0-9a-z]{24}$/);
      assert.equal(made.status, "completed");
      assert.equal(made.output_text, "Turn 0: hello");
      assert.deepEqual([made.error, made.incomplete_details], [null, null]);
      assert.deepEqual(made.metadata, { night: "1" });
      assert.equal(made.instructions, "Be brief.");
      assert.deepEqual(made.tools, [INTERPRETER]);
      assert.deepEqual([made.temperature, made.max_output_tokens, made.tool_choice], [0.3, 300, "auto"]);
      assert.ok((made.usage?.total_tokens ?? 0) > 0);
      assert.ok((made.completed_at ?? 0) >= made.created_at);
      const [message] = made.output;
      assert.ok(
        message?.type === "message" && message.role === "assistant" && message.status === "completed",
      );
      assert.deepEqual(await client.responses.retrieve(made.id), made);
      const request = harness.agents.model.requests.at(-1);
      assert.match(request?.messages[0]?.content ?? "", /Be brief\.$/);
      assert.equal(request?.maxTokens, 300 - Math.floor(300 / 4));
    },
  );

  test("runs Bullpen's tools under the names that clients know, and shows their calls", async () => {
    const made = await create({
      input: "Calculator Search files.read done",
      tools: [
        INTERPRETER,
        { type: "web_search" },
        { type: "mcp", server_label: "files", require_approval: "never" },
      ],
    });
    assert.deepEqual(
      made.output.map(({ type }) => type),
      ["mcp_list_tools", "code_interpreter_call", "web_search_call", "mcp_call", "message"],
    );
    const [list, code, search, read] = made.output;
    assert.ok(list?.type === "mcp_list_tools" && code?.type === "code_interpreter_call");
    assert.ok(search?.type === "web_search_call" && read?.type === "mcp_call");
    assert.deepEqual(
      list.tools.map(({ name, description }) => [name, description]),
      [["read", "reads a file"]],
    );
    assert.equal(code.code, "output = 6 * 7");
    assert.deepEqual(code.outputs, [{ type: "logs", logs: "42" }]);
    assert.deepEqual(
      [search.status, search.action],
      ["failed", { type: "search", query: "height of the tower", queries: ["height of the tower"] }],
    );
    assert.deepEqual([read.server_label, read.name, read.arguments], ["files", "read", '{"path":"/tmp/a"}']);
    assert.deepEqual([read.status, read.output, read.error], ["completed", 'read {"path":"/tmp/a"}', null]);
    assert.match(made.output_text, /^Results: 42, Error: the provider is away\., read/);
  });

  test("without tools is the model's own text; without a list it has those that queries get", async () => {
    const plain = await create({ input: "hello", tools: [] });
    assert.equal(plain.output_text, "You said: hello");
    const byDefault = await create({ input: "Calculator done" });
    assert.deepEqual(
      byDefault.tools.map(({ type }) => type),
      ["code_interpreter", "web_search", "mcp"],
    );
    assert.deepEqual(
      byDefault.output.map(({ type }) => type),
      ["code_interpreter_call", "message"],
    );
  });

  test("calls no more of Bullpen's tools than max_tool_calls allows", async () => {
    const made = await create({ input: "Calculator Search done", tools: [INTERPRETER], max_tool_calls: 1 });
    assert.deepEqual(
      made.output.map(({ type }) => type),
      ["code_interpreter_call", "message"],
    );
    assert.equal(made.status, "completed");
    const none = await create({ input: "Calculator done", tools: [INTERPRETER], max_tool_calls: 0 });
    assert.deepEqual(
      none.output.map(({ type }) => type),
      ["message"],
    );
  });

  test("that a limit has cut off is incomplete, with its text so far", async () => {
    const made = await create({ input: "cut", max_output_tokens: 200 });
    assert.deepEqual([made.status, made.incomplete_details], ["incomplete", { reason: "max_output_tokens" }]);
    assert.match(made.output_text, /^Once upon/);
  });

  test("that has failed is an error for who waits, and says why when it is read", async () => {
    await assert.rejects(create({ input: "break" }), refusedWith("malformed_output", null));
    const { id } = await create({ input: "break", background: true });
    const failed = await until("it fails", async () => {
      const found = await client.responses.retrieve(id);
      return found.status === "failed" && found;
    });
    assert.equal(failed.error?.code, "server_error");
    assert.deepEqual(failed.output, []);
  });

  test("is JSON that fits where text.format says so, and parse() reads it", async () => {
    const format = {
      type: "json_schema",
      name: "answer",
      strict: true,
      schema: { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] },
    } as const;
    const parsed = await client.responses.parse({ model: "scripted", input: "json", text: { format } });
    assert.deepEqual(parsed.output_parsed, { answer: "Turn 0: json" });
    await assert.rejects(
      create({ input: "x", text: { format: { ...format, schema: { type: "nothing" } } } }),
      refusedWith("invalid_request", "text.format.schema"),
    );
  });
});

describe("a response in the background", () => {
  test(verifies(["openai-clients"], "is answered at once and read later"), async () => {
    const made = await create({ input: "Calculator done", tools: [INTERPRETER], background: true });
    assert.ok(made.status === "queued" || made.status === "in_progress", made.status);
    assert.deepEqual([made.background, made.output_text, made.usage], [true, "", null]);
    const ended = await until("it ends", async () => {
      const found = await client.responses.retrieve(made.id);
      return found.status === "completed" && found;
    });
    assert.equal(ended.output_text, "Results: 42.");
  });

  test("is cancelled, again and again; one that somebody waits for is not", async () => {
    const { id } = await create({ input: "hang", background: true });
    assert.equal((await client.responses.cancel(id)).status, "cancelled");
    assert.equal((await client.responses.cancel(id)).status, "cancelled");
    const { id: waited } = await create({ input: "hello" });
    await assert.rejects(
      client.responses.cancel(waited),
      refusedWith("invalid_request", "id", /synchronous/),
    );
  });

  test("is gone once it is deleted, also while it runs", async () => {
    const { id } = await create({ input: "hang", background: true });
    const { id: ended } = await create({ input: "hello" });
    for (const each of [id, ended]) {
      await client.responses.delete(each);
      await assert.rejects(client.responses.retrieve(each), OpenAI.NotFoundError);
      await assert.rejects(client.responses.delete(each), OpenAI.NotFoundError);
      await assert.rejects(harness.client.queries.get(each.replace("resp_", "query_")), { status: 404 });
    }
    await assert.rejects(
      create({ input: "x", background: true, store: false }),
      refusedWith("invalid_request", "background"),
    );
  });
});

test("input items are listed page by page, the last one first unless order says otherwise", async () => {
  const input = Array.from({ length: 5 }, (_, i) => ({ role: "user" as const, content: `part ${i}` }));
  const { id } = await create({ input });
  const textsOf = async (order: "asc" | "desc") => {
    const texts: unknown[] = [];
    for await (const item of client.responses.inputItems.list(id, { order, limit: 2 }))
      texts.push(item.type === "message" && "content" in item ? item.content[0] : item);
    return texts;
  };
  const expected = input.map(({ content }) => ({ type: "input_text", text: content }));
  assert.deepEqual(await textsOf("asc"), expected);
  assert.deepEqual(await textsOf("desc"), expected.toReversed());
  await assert.rejects(
    client.responses.inputItems.list(id, { after: "msg_x" }),
    refusedWith("invalid_request", "after"),
  );
});

test("what clients send by default is taken, null is absent, and what cannot be honoured is refused by name", async () => {
  const made = await create({
    input: "hello",
    ...{ background: null, include: null, instructions: null, max_output_tokens: null, max_tool_calls: null },
    ...{
      metadata: null,
      parallel_tool_calls: null,
      previous_response_id: null,
      prompt: null,
      reasoning: null,
    },
    ...{
      store: null,
      stream: null,
      stream_options: null,
      temperature: null,
      top_logprobs: null,
      top_p: null,
    },
    ...{ truncation: null, conversation: null, prompt_cache_retention: null, service_tier: null },
  });
  assert.equal(made.status, "completed");
  await create({
    input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] }],
    include: ["reasoning.encrypted_content", "code_interpreter_call.outputs"],
    ...{ parallel_tool_calls: false, reasoning: { effort: "low", summary: "auto" }, user: "u", store: true },
    ...{
      service_tier: "auto",
      safety_identifier: "s",
      prompt_cache_key: "k",
      text: { format: { type: "text" } },
    },
    ...{ truncation: "disabled", top_logprobs: 0 },
  });
  // A cast: these are what the types forbid.
  for (const [params, code, param] of [
    [{ typo: 1 }, "unknown_parameter", "typo"],
    [{ max_steps: 2 }, "unknown_parameter", "max_steps"],
    [{ prompt: { id: "p" } }, "invalid_request", "prompt"],
    [{ conversation: "conv_1" }, "invalid_request", "conversation"],
    [{ include: ["message.output_text.logprobs"] }, "invalid_request", "include[0]"],
    [{ tools: [{ type: "file_search", vector_store_ids: [] }] }, "invalid_request", "tools[0].type"],
    [{ tools: [{ type: "mcp", server_label: "nope" }] }, "tool_not_found", "tools[0].server_label"],
    [
      { tools: [{ type: "mcp", server_label: "files", server_url: "https://example.com" }] },
      "invalid_request",
      "tools[0].server_url",
    ],
    [
      { tools: [{ type: "mcp", server_label: "files", allowed_tools: ["write"] }] },
      "tool_not_found",
      "tools[0].allowed_tools[0]",
    ],
    [
      { tools: [{ type: "function", name: "a b", parameters: null, strict: null }] },
      "invalid_request",
      "tools[0].name",
    ],
    [{ input: [] }, "invalid_request", "input"],
    [{ input: " " }, "invalid_request", "input"],
    [
      { input: [{ role: "user", content: [{ type: "input_image" }] }] },
      "invalid_request",
      "input[0].content[0].type",
    ],
    [{ input: [{ type: "computer_call" }] }, "invalid_request", "input[0].type"],
    [{ model: "gpt-9" }, "model_not_found", "model"],
    [{ temperature: 7 }, "invalid_request", "temperature"],
  ] as const)
    await assert.rejects(create({ input: "x", ...params } as unknown as Params), refusedWith(code, param));
});
