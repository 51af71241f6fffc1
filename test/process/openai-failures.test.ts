import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { actionConstraint, answerConstraint } from "@bullpen/agent";
import { type CompletionRequest, type LanguageModel, samplingSchema } from "@bullpen/contracts";
import { connectOpenAiModel, ModelClosedError, OpenAiServerError } from "@bullpen/llm";
import { verifies } from "../source-checks/requirements/requirements.js";
import { type ChatScript, ModelServer } from "../testing/model-server.js";
import { SERVED } from "../testing/model-server-flavours.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";
import { WorkerProcess } from "../testing/worker-process.js";

const OK = { content: '{"tool_name": "Final Answer", "input": "fine"}' };
const FINE = '"Final Answer", "input": "fine"}';
const REQUEST: CompletionRequest = {
  messages: [{ role: "user", content: "Hello" }],
  primer: "",
  constraint: actionConstraint([]),
  sampling: samplingSchema.parse({}),
  maxTokens: 20,
};
const never = () => new AbortController().signal;

let redis: TestRedis;
let server: ModelServer;
let baseUrl: string;
const models: LanguageModel[] = [];

before(async () => {
  redis = await startTestRedis();
});
after(() => redis.stop());
beforeEach(async () => {
  server = new ModelServer("sglang", () => OK);
  baseUrl = await server.start();
});
afterEach(async () => {
  for (const model of models.splice(0)) await model.close();
  await server.stop();
});

async function connect(
  script: ChatScript,
  options: { timeoutMs?: number; healthIntervalMs?: number } = {},
): Promise<LanguageModel> {
  server.script = script;
  const model = await connectOpenAiModel({
    baseUrls: [baseUrl],
    model: SERVED,
    name: "m",
    slots: 4,
    probe: answerConstraint(),
    ...options,
  });
  models.push(model);
  return model;
}

/** A worker that must refuse to start, and what it says to its operator. */
async function refusal(env: Record<string, string>): Promise<string> {
  const worker = new WorkerProcess({
    REDIS_URL: redis.url,
    LLM_BASE_URL: baseUrl,
    LLM_MODEL: SERVED,
    ...env,
  });
  assert.equal(await worker.ended(), 1);
  const said = worker.said.split("\n").filter((line) => !line.startsWith("{"));
  assert.ok(!said.some((line) => /^\s+at /.test(line)), "no stack trace");
  return said.join("\n");
}

test(verifies(["openai-engine-fails"], "a worker says why it cannot use a server"), async () => {
  assert.match(
    await refusal({ LLM_BASE_URL: "http://127.0.0.1:1/v1" }),
    /LLM_BASE_URL=http:\/\/127\.0\.0\.1:1\/v1 cannot be used: .*ECONNREFUSED.*Start the server/,
  );
  assert.match(
    await refusal({ LLM_MODEL: "mixtal" }),
    new RegExp(`LLM_MODEL=mixtal is not there: .* serves ${SERVED}`),
  );
  assert.match(await refusal({ LLM_BASE_URL: baseUrl.replace("/v1", "") }), /404.*mostly end in \/v1/);
  assert.match(await refusal({ LLM_BASE_URL: "", LLM_MODEL: "x" }), /LLM_MODEL=x: needs LLM_BASE_URL/);
});

test("a key that the server refuses is asked for, and not shown", async () => {
  await assert.rejects(
    connect(() => ({ status: 401, body: { error: "Unauthorized" } })).then((model) =>
      model.complete(REQUEST, never()),
    ),
    (error) => {
      assert.ok(error instanceof OpenAiServerError);
      assert.match(error.message, /401: Unauthorized.*LLM_API_KEY/);
      return error.kind === "refused";
    },
  );
  assert.equal(server.requests.length, 1, "it is not asked again");
});

test(
  verifies(["openai-engine-fails"], "too many requests: the server says when, and is left alone until then"),
  async () => {
    const asked: number[] = [];
    const model = await connect((_, index) => {
      asked.push(performance.now());
      const body = { error: { message: "busy", type: "overloaded" } };
      return index === 0 ? { status: 429, body, headers: { "retry-after": "1.5" } } : OK;
    });
    assert.equal((await model.complete(REQUEST, never())).text, FINE);
    assert.equal(asked.length, 2);
    assert.ok((asked[1] ?? 0) - (asked[0] ?? 0) >= 1_450, String(asked));
  },
);

test(
  verifies(["openai-engine-fails"], "a server that breaks down twice is asked a third time, and not forever"),
  async () => {
    const broken = { status: 500, body: { error: { message: "CUDA error" } } };
    const model = await connect((_, index) => (index < 2 ? broken : OK));
    assert.equal((await model.complete(REQUEST, never())).text, FINE);
    server.script = () => broken;
    await assert.rejects(model.complete(REQUEST, never()), /answers 500: CUDA error/);
    assert.equal(server.requests.length, 3 + 4);
  },
);

test("a response that is cut off is asked for again", async () => {
  const model = await connect((_, index) => (index === 0 ? "cut" : OK));
  assert.equal((await model.complete(REQUEST, never())).text, FINE);
  assert.equal(server.requests.length, 2);
});

test("something that is no completion is named", async () => {
  const model = await connect(() => ({ status: 200, body: { choices: [{ message: { content: "x" } }] } }));
  await assert.rejects(model.complete(REQUEST, never()), /has not the form of the protocol.*usage/s);
});

test(
  verifies(["openai-engine-fails"], "a server that says nothing is given up after the timeout"),
  async () => {
    const model = await connect(() => "hang", { timeoutMs: 500 });
    await assert.rejects(model.complete(REQUEST, never()), /does not answer in time \(LLM_TIMEOUT_SECONDS\)/);
    assert.ok(server.requests.length > 1);
  },
);

test(
  verifies(["openai-engine-fails"], "a server that goes away and comes back keeps its queries waiting"),
  async () => {
    const model = await connect(() => OK);
    await model.checkReady?.();
    const { port } = new URL(baseUrl);
    await server.stop();
    await assert.rejects(model.checkReady?.() ?? Promise.resolve(), OpenAiServerError);
    const waiting = model.complete(REQUEST, never());
    const cancelled = new AbortController();
    const alsoWaiting = model.complete(REQUEST, cancelled.signal);
    cancelled.abort(new Error("cancelled"));
    await assert.rejects(alsoWaiting, /cancelled/);
    server = new ModelServer("sglang", () => OK);
    await server.start(Number(port));
    assert.equal((await waiting).text, FINE);
  },
);

test(
  verifies(
    ["openai-engine-fails"],
    "a cancelled turn is aborted at the server at once, and its slot is free",
  ),
  async () => {
    const model = await connect((_, index) => (index < 4 ? "hang" : OK));
    const cancels = Array.from({ length: 4 }, () => new AbortController());
    const turns = cancels.map(({ signal }) => model.complete(REQUEST, signal));
    await until("all are at the server", () => server.requests.length === 4);
    const next = model.complete(REQUEST, never());
    const at = Date.now();
    cancels[1]?.abort(new Error("cancelled"));
    await assert.rejects(turns[1] ?? Promise.resolve(), /cancelled/);
    await until("the server notices", () => server.aborted === 1);
    assert.ok(server.abortedAt - at < 1_000);
    assert.equal((await next).text, FINE);
    const others = Promise.allSettled(turns.filter((_, i) => i !== 1));
    await model.close();
    for (const other of await others)
      assert.ok(other.status === "rejected" && other.reason instanceof ModelClosedError);
  },
);

test("connections are used again, and never more than there are slots", async () => {
  // Health checks have a connection of their own.
  const model = await connect(() => OK, { healthIntervalMs: 600_000 });
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 12 }, () => model.complete(REQUEST, never())));
  }
  assert.equal(server.requests.length, 60);
  assert.ok(server.connections <= 4, `${server.connections} connections`);
});

test(verifies(["grammar-open"], "a schema that the server refuses is left open"), async () => {
  const refused = { type: "object", properties: { a: { type: "string", pattern: "(?<!x)y" } } };
  const model = await connect((request) =>
    JSON.stringify(request).includes("(?<!x)y")
      ? { status: 400, body: { error: { message: "Unsupported regex in the schema" } } }
      : { content: '{"tool_name": "t", "input": {"a": "y"}}' },
  );
  const completion = await model.complete(
    { ...REQUEST, constraint: actionConstraint([{ name: "t", inputSchema: refused }]) },
    never(),
  );
  assert.equal(completion.text, '"t", "input": {"a": "y"}}');
});
