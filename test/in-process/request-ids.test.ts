import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { pino } from "pino";
import { finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

let harness: AgentHarness;
let api: TestApi;
const lines: Record<string, unknown>[] = [];

before(async () => {
  harness = await startAgentHarness({
    script: async (request, _callIndex, signal) => {
      const query = request.messages[1]?.content ?? "";
      if (query === "slow") {
        await untilAborted(signal);
      }
      return query === "stuck" ? "no action" : finalAnswer("42");
    },
  });
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  api = await startTestApi(harness.redis.url, {}, logger);
});
after(async () => {
  await api.stop();
  await harness.stop();
});

async function chat(
  content: string,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${api.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ messages: [{ role: "user", content }], ...more }),
  });
}

describe("request ids", () => {
  test("every answer carries the caller's name for it, or a new one", async () => {
    const paths = [
      "/healthz",
      "/readyz",
      "/metrics",
      "/v1/models",
      "/v1/nowhere",
      "/v1/queries/nope",
      "/nowhere",
    ];
    for (const path of paths) {
      const ask = async (headers: Record<string, string>) => {
        const response = await fetch(api.url + path, { headers });
        await response.text();
        return response.headers.get("x-request-id");
      };
      assert.equal(await ask({ "x-request-id": "trace:a/b=c-1" }), "trace:a/b=c-1", path);
      const made = await ask({});
      assert.match(made ?? "", /^req_[\w-]{36}$/, path);
      assert.notEqual(await ask({}), made);
      for (const bad of ["x".repeat(129), "a b", "<script>", '"a"', "%0a", "a\tb", "ü"]) {
        assert.match((await ask({ "x-request-id": bad })) ?? "", /^req_/, bad);
      }
    }
    const stream = await chat("hello", { stream: true }, { "x-request-id": "of-a-stream" });
    assert.equal(stream.headers.get("x-request-id"), "of-a-stream");
    await stream.text();
  });

  test("the OpenAI client finds the id in answers and errors", async () => {
    const client = new OpenAI({ baseURL: `${api.url}/v1`, apiKey: "none" });
    const body = { model: "scripted", messages: [{ role: "user" as const, content: "hello" }] };
    const answer = await client.chat.completions.create(body);
    assert.match(answer._request_id ?? "", /^req_/);
    const error: unknown = await client.chat.completions
      .create({ ...body, n: 99 })
      .catch((refused) => refused);
    assert.ok(error instanceof OpenAI.APIError);
    assert.match(error.requestID ?? "", /^req_/);
  });

  test("a request that is refused or fails has one line in the log, without its text", async () => {
    const failing: [id: string, send: (id: string) => Promise<Response>, expected: object][] = [
      [
        "bad-field",
        (id) => chat("secret words", { n: 99 }, { "x-request-id": id }),
        { status: 400, param: "n" },
      ],
      [
        "no-route",
        (id) => fetch(`${api.url}/v1/nowhere?key=secret`, { headers: { "x-request-id": id } }),
        { status: 404, code: "route_not_found", path: "/v1/nowhere" },
      ],
      [
        "no-answer",
        (id) => chat("stuck", {}, { "x-request-id": id }),
        { status: 502, code: "malformed_output" },
      ],
      [
        "no-answer-in-a-stream",
        (id) => chat("stuck", { stream: true }, { "x-request-id": id }),
        { status: 200, code: "malformed_output" },
      ],
    ];
    for (const [id, send, expected] of failing) {
      await (await send(id)).text();
      const line = await until(`${id} is logged`, async () => lines.find((each) => each.request_id === id));
      assert.deepEqual({ ...line, ...expected }, line);
      assert.equal(lines.filter((each) => each.request_id === id).length, 1);
    }
    await (await chat("fine", {}, { "x-request-id": "answered" })).text();
    assert.equal(
      lines.some((line) => line.request_id === "answered"),
      false,
    );
    assert.doesNotMatch(JSON.stringify(lines), /secret/);
  });
});

describe("what can be tried again", () => {
  test("the end of a query is final; clients are told not to send it again", async () => {
    const ends: [Response, number][] = [
      [await chat("stuck"), 502],
      [await chat("slow", { bullpen: { timeout_seconds: 1 } }), 408],
      [await chat("x", { n: 99 }), 400],
    ];
    for (const [response, status] of ends) {
      assert.equal(response.status, status, await response.text());
      assert.equal(response.headers.get("x-should-retry"), "false");
    }
  });

  test("what is over soon is to be tried again, after a while", async () => {
    await harness.redis.connection.config("SET", "maxmemory", "1");
    const response = await until("Redis counts as full", async () => {
      const answer = await chat("x");
      return answer.status === 503 && answer;
    });
    await harness.redis.connection.config("SET", "maxmemory", "0");
    assert.equal(response.headers.get("x-should-retry"), "true");
    assert.match(response.headers.get("retry-after") ?? "", /^\d+$/);
  });
});

describe("paths that lead nowhere", () => {
  const cases: [string, number, RegExp][] = [
    ["POST /v1/conversations", 400, /no conversations.*POST \/v1\/responses/],
    ["POST /v1/messages", 400, /Anthropic.*POST \/v1\/chat\/completions/],
    ["POST /v1/completions", 400, /POST \/v1\/chat\/completions/],
    ["POST /v1/uploads", 400, /POST \/v1\/files/],
    ["POST /v1/embeddings", 400, /no embeddings/],
    ["POST /chat/completions", 404, /POST \/v1\/chat\/completions is meant/],
    ["GET /models", 404, /GET \/v1\/models is meant/],
    ["POST /v1/v1/chat/completions", 404, /POST \/v1\/chat\/completions is meant/],
    ["GET /api/v1/files/x", 404, /GET \/v1\/files\/x is meant/],
    ["GET /v1/nowhere", 404, /There is no GET \/v1\/nowhere\.$/],
    ["GET /v1/constructor", 404, /There is no/],
    [`GET /${"x".repeat(5_000)}`, 404, /x{99}….$/],
  ];
  for (const [route, status, message] of cases) {
    test(`${route.slice(0, 40)} says where to go`, async () => {
      const [method = "", path] = route.split(" ");
      const response = await fetch(api.url + path, { method });
      const { error } = (await response.json()) as { error: { message: string } }; // an error's form
      assert.equal(response.status, status);
      assert.match(error.message, message);
    });
  }

  test("a base URL with slashes too many is put right", async () => {
    for (const path of ["//v1/models", "/v1//models", "///v1///models//", "//v1/queues?limit=//"]) {
      assert.equal((await api.raw.get(path)).status, 200, path);
    }
    const response = await fetch(`${api.url}//v1//chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "x" }] }),
    });
    assert.equal(response.status, 200);
  });
});
