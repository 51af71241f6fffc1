import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { QueryParameters } from "@bullpen/client";
import { MAX_QUERY_LENGTH } from "@bullpen/contracts";
import { queryViewSchema } from "@bullpen/protocol";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";

let harness: AgentHarness;
let api: TestApi;
let release = () => {};
const held = new Promise<void>((resolve) => {
  release = resolve;
});

before(async () => {
  harness = await startAgentHarness({
    slots: 8,
    script: async (request) => {
      const query = request.messages[1]?.content ?? "";
      if (query === "held") await held;
      if (query === "calculates" && request.messages.length === 2)
        return action("Calculator", "output = 6 * 7");
      return query === "stuck" ? "no action" : finalAnswer(`answer to ${query}`);
    },
    tools: { Calculator: () => ({ observation: "42", is_error: false }) },
  });
  api = await startTestApi(harness.redis.url);
});
after(async () => {
  release();
  await api.stop();
  await harness.stop();
});

for (const [path, body] of [
  ["/v1/queries", { query: "traced" }],
  ["/v1/chat/completions", { messages: [{ role: "user", content: "traced" }] }],
  ["/v1/responses", { input: "traced" }],
] as const) {
  test(`the trace of the caller is kept with the query: ${path}`, async () => {
    const traceparent = `00-${crypto.randomUUID().replaceAll("-", "")}-00f067aa0ba902b7-01`;
    const response = await fetch(`${api.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent },
      body: JSON.stringify(body),
    });
    const { id } = (await response.json()) as { id: string }; // the api's own answer
    const query = await harness.queues.find(id.replace(/^[a-z]+[_-]/, "query_"));
    assert.equal(query?.job.trace_context?.traceparent, traceparent);
  });
}

async function submit(query: QueryParameters): Promise<string> {
  return (await api.client.queries.submit(query)).id;
}

describe("queries", () => {
  test("one query is accepted, waited for and shown with its steps", async () => {
    const id = await submit({ query: "calculates", custom_id: "mine", metadata: { team: "a" } });
    const view = queryViewSchema.parse(await api.client.queries.get(id, { waitSeconds: 30 }));
    assert.equal(view.status, "completed");
    assert.equal(view.answer, "answer to calculates");
    assert.equal(view.custom_id, "mine");
    assert.deepEqual(view.metadata, { team: "a" });
    assert.deepEqual(view.steps, [
      { tool_name: "Calculator", input: "output = 6 * 7", observation: "42", is_error: false, guard: null },
    ]);
    assert.equal(view.usage.turns, 2);
    assert.equal(view.usage.tool_calls, 1);
    assert.ok(view.finished_at !== null && view.finished_at >= view.created_at);
  });

  test("an array of 1,000 is accepted in order, each answered once", async () => {
    const wanted = Array.from({ length: 1_000 }, (_, i) => ({ query: `q${i}`, custom_id: `c${i}` }));
    const ids = (await api.client.queries.submitAll(wanted)).map(({ id }) => id);
    assert.equal(new Set(ids).size, 1_000);
    const views = await Promise.all(ids.map((id) => api.client.queries.get(id, { waitSeconds: 60 })));
    assert.deepEqual(
      views.map((view) => [view.custom_id, view.answer]),
      ids.map((_, i) => [`c${i}`, `answer to q${i}`]),
    );
  });

  test("what is accepted is answered with 202: one query as itself, an array as a list", async () => {
    const one = await api.raw.post("/v1/queries", { query: "one" });
    assert.deepEqual([one.status, one.body.object], [202, "query"]);
    const many = await api.raw.post("/v1/queries", [{ query: "one" }, { query: "two" }]);
    assert.deepEqual([many.status, many.body.object], [202, "list"]);
  });

  test("a query that fails says why", async () => {
    const view = await api.client.queries.get(await submit({ query: "stuck" }), { waitSeconds: 30 });
    assert.equal(view.status, "failed");
    assert.equal(view.answer, null);
    assert.equal(view.error?.code, "malformed_output");
  });

  test("a wait ends with the query as it is", async () => {
    const id = await submit({ query: "held" });
    assert.match((await api.client.queries.get(id, { waitSeconds: 0.2 })).status, /queued|running/);
    assert.equal((await api.client.queries.cancel(id)).status, "cancelled");
    await assert.rejects(api.client.queries.cancel(id), { status: 400, code: "already_finished" });
  });

  test("the list goes through all queries page by page, newest first, and by status", async () => {
    const wanted = Array.from({ length: 25 }, (_, i) => ({ query: `listed ${i}` }));
    const ids = (await api.client.queries.submitAll(wanted)).map(({ id }) => id);
    await Promise.all(ids.map((id) => api.client.queries.get(id, { waitSeconds: 30 })));
    const listed: string[] = [];
    for await (const view of api.client.queries.listAll({ limit: 7, status: "completed" })) {
      assert.equal(view.status, "completed");
      if (listed.push(view.id) === 25) break;
    }
    assert.deepEqual(listed, ids.toReversed());
  });

  test("queues and models are counted and listed", async () => {
    const [queue] = await api.client.queues.list();
    assert.equal(queue?.model, "scripted");
    assert.ok((queue?.completed ?? 0) >= 1);
    assert.ok(Array.isArray(await api.client.models.list()));
  });
});

describe("bad input is refused with a code and the field's name", () => {
  const good = { query: "x" };
  const cases: [name: string, body: unknown, code: string, param: string | null, status?: number][] = [
    ["no body", "", "invalid_request", "query"],
    ["broken JSON", "{", "invalid_json", null],
    ["a string", '"query"', "invalid_request", null],
    ["null", "null", "invalid_request", null],
    ["an empty object", {}, "invalid_request", "query"],
    ["an empty query", { query: "" }, "invalid_request", "query"],
    ["a blank query", { query: " \n" }, "invalid_request", "query"],
    ["a long query", { query: "x".repeat(MAX_QUERY_LENGTH + 1) }, "invalid_request", "query"],
    ["a number for a query", { query: 7 }, "invalid_request", "query"],
    ["a lone surrogate", '{"query":"\\ud800"}', "invalid_request", "query"],
    ["an unknown model", { ...good, model: "gpt-9" }, "model_not_found", "model"],
    ["a model that is no string", { ...good, model: 1 }, "invalid_request", "model"],
    ["an unknown tool", { ...good, tools: ["Calculator", "Shell"] }, "tool_not_found", "tools[1]"],
    ["an unknown parameter", { ...good, temprature: 1 }, "unknown_parameter", "temprature"],
    ["a negative temperature", { ...good, temperature: -1 }, "invalid_request", "temperature"],
    ["a temperature in words", { ...good, temperature: "hot" }, "invalid_request", "temperature"],
    ["too many steps", { ...good, max_steps: 1e9 }, "invalid_request", "max_steps"],
    ["half a step", { ...good, max_steps: 1.5 }, "invalid_request", "max_steps"],
    ["metadata of the wrong type", { ...good, metadata: { a: 1 } }, "invalid_request", "metadata.a"],
    ["an empty array", [], "invalid_request", null],
    ["1,001 queries", Array.from({ length: 1_001 }, () => good), "invalid_request", null],
    ["one bad of many", [good, good, { query: "" }], "invalid_request", "[2].query"],
    ["a huge body", `{"query":"${"x".repeat(17 * 1024 * 1024)}"}`, "request_too_large", null, 413],
    ["deep nesting", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, "invalid_request", "[0]"],
  ];
  for (const [name, body, code, param, status = 400] of cases) {
    test(name, async () => {
      const reply = await api.raw.post("/v1/queries", body);
      assert.deepEqual(
        { status: reply.status, code: reply.body.error?.code, param: reply.body.error?.param },
        { status, code, param },
        reply.body.error?.message,
      );
      assert.ok((reply.body.error?.message.length ?? 0) > 10);
      if (param !== null)
        assert.ok(reply.body.error?.message.includes(name === "an unknown model" ? "gpt-9" : param));
    });
  }

  test("limits are stated", async () => {
    const reply = await api.raw.post("/v1/queries", { query: "x".repeat(MAX_QUERY_LENGTH + 1) });
    assert.match(reply.body.error?.message ?? "", /at most 32000 characters/);
  });

  test("bad paths and parameters of GET", async () => {
    const codes = await Promise.all(
      ["/v1/queries/nope", "/v1/queries/query_000000000000000000000000", "/v1/nope", "/nope"].map(
        async (path) => [(await api.raw.get(path)).status, (await api.raw.get(path)).body.error?.code],
      ),
    );
    assert.deepEqual(codes, [
      [404, "query_not_found"],
      [404, "query_not_found"],
      [404, "route_not_found"],
      [404, "route_not_found"],
    ]);
    for (const [path, param] of [
      ["/v1/queries?limit=0", "limit"],
      ["/v1/queries?limit=x", "limit"],
      ["/v1/queries?status=odd", "status"],
      ["/v1/queries?after=x", "after"],
    ] as const) {
      const reply = await api.raw.get(path);
      assert.deepEqual([reply.status, reply.body.error?.param], [400, param]);
    }
    const id = await submit(good);
    assert.equal((await api.raw.get(`/v1/queries/${id}?wait=61`)).body.error?.param, "wait");
    assert.equal((await api.raw.post(`/v1/queries/${id}`)).body.error?.code, "method_not_allowed");
  });
});

test("an address outside the loopback interface is not listened on", async () => {
  assert.match(api.url, /^http:\/\/127\.0\.0\.1:\d+$/);
});
