import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import {
  type AgentJob,
  CALCULATOR,
  registerSettings,
  type TraceContext,
  type Turn,
} from "@bullpen/contracts";
import { startTracing, type TracedQuery, type Tracing } from "@bullpen/tracing";
import { agentJob } from "../testing/agent-harness.js";
import { TraceCollector } from "../testing/trace-collector.js";
import { until } from "../testing/until.js";

const CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SECRET = "s3cr3t-of-the-operator";

let collector: TraceCollector;
before(async () => {
  collector = await TraceCollector.start();
  registerSettings({ MY_API_KEY: SECRET });
});
after(() => collector.stop());

async function open(
  env: Parameters<typeof startTracing>[0]["env"],
): Promise<{ tracing: Tracing; said: string[] }> {
  const said: string[] = [];
  const logger = {
    warn: (_details: object, message: string) => void said.push(message),
    info: (message: string) => void said.push(message),
  };
  const tools = { find: async () => ({ tools: [CALCULATOR], missing: [] }) };
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  } as const;
  const tracing = await startTracing({ env: { ...settings, ...env }, app: "worker", logger, tools });
  assert.ok(tracing);
  return { tracing, said };
}

function turn(text: string, startedAt: number): Turn {
  const usage = { prompt_tokens: 10, cached_tokens: 4, completion_tokens: 2 };
  return { text, finish_reason: "stop", usage, duration_ms: 100, started_at: startedAt, worker: "w:1" };
}

/** A query of two turns, which began before this process did. */
function ended(id: string, trace_context?: TraceContext, overrides: Partial<AgentJob> = {}): TracedQuery {
  const began = 1_700_000_000_000;
  const job = agentJob(`the question holds ${SECRET}`, {
    ...(trace_context && { trace_context }),
    ...overrides,
  });
  const call = turn('"Calculator", "input": "output = 2"}', began + 10);
  const observation = {
    observation: "2",
    is_error: false,
    duration_ms: 5,
    started_at: began + 120,
    attempts: 2,
  };
  const answer = { turn: turn('"Final Answer", "input": "two"}', began + 200), observation: undefined };
  return {
    ...{ id, job, createdAt: began, finishedAt: began + 300 },
    transcript: { steps: [{ turn: call, observation }, answer] },
    outcome: { status: "completed", answer: "two" },
  };
}

test("nothing is written, and nothing of OpenTelemetry's SDK loaded, while no collector is named", async () => {
  const loaded = () =>
    Object.keys(createRequire(import.meta.url).cache).filter((path) =>
      path.includes("/@opentelemetry/sdk-trace/"),
    );
  const logger = { warn: () => {}, info: () => {} };
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  for (const off of [
    {},
    { ...env, OTEL_SDK_DISABLED: "true" } as const,
    { ...env, OTEL_TRACES_EXPORTER: "none" } as const,
  ]) {
    assert.equal(await startTracing({ env: off, app: "api", logger }), undefined);
  }
  assert.deepEqual(loaded(), []);
});

test("a query's spans have the times of its transcript, and the same ids from every process", async () => {
  const { tracing } = await open({});
  tracing.queryEnded(ended("query_a", { traceparent: CALLER, tracestate: "vendor=1" }));
  await tracing.work(
    { queue: "agent.m", queryId: "query_a", traceContext: { traceparent: CALLER } },
    async () => {},
  );
  await tracing.stop();
  const spans = collector.trace("4bf92f3577b34da6a3ce929d0e0e4736");
  const agent = spans.find(({ name }) => name === "invoke_agent bullpen");
  assert.equal(agent?.parentSpanId, "00f067aa0ba902b7");
  assert.deepEqual([agent?.startedAt, agent?.endedAt], [1_700_000_000_000, 1_700_000_000_300]);
  const below = spans.filter((span) => span !== agent);
  assert.deepEqual(
    below.map(({ name, parentSpanId }) => [name, parentSpanId]),
    ["chat scripted", "chat scripted", "execute_tool Calculator", "process agent.m"].map((name) => [
      name,
      agent?.spanId,
    ]),
  );
  assert.deepEqual([below[2]?.startedAt, below[2]?.attributes["bullpen.attempts"]], [1_700_000_000_120, 2]);
  assert.doesNotMatch(JSON.stringify(spans), /question|two/);
});

test("a query of many has a trace of its own, with a link to the request", async () => {
  const { tracing } = await open({});
  tracing.queryEnded(ended("query_b", { traceparent: CALLER, linked: true }));
  await tracing.stop();
  const agent = collector.spans.find(
    ({ attributes }) =>
      attributes["gen_ai.conversation.id"] === "query_b" &&
      attributes["gen_ai.operation.name"] === "invoke_agent",
  );
  assert.equal(agent?.parentSpanId, undefined);
  assert.notEqual(agent?.traceId, "4bf92f3577b34da6a3ce929d0e0e4736");
  assert.deepEqual(agent?.links, [
    { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" },
  ]);
  assert.equal(collector.trace(agent?.traceId ?? "").length, 4);
});

test("prompts and answers are written where they are asked for, without configured secrets", async () => {
  const { tracing } = await open({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: true });
  tracing.queryEnded(ended("query_c"));
  const chat = await until("its turns have come", () =>
    collector.spans.findLast(
      ({ name, attributes }) => name === "chat scripted" && attributes["bullpen.query.id"] === "query_c",
    ),
  );
  await tracing.stop();
  // Casts: texts, in the form of the conventions.
  const input = JSON.parse(String(chat.attributes["gen_ai.input.messages"])) as {
    role: string;
    parts: { content: string }[];
  }[];
  assert.deepEqual(
    input.map(({ role }) => role),
    ["system", "user", "assistant", "tool"],
  );
  assert.match(input[1]?.parts[0]?.content ?? "", /the question holds/);
  assert.match(String(chat.attributes["gen_ai.output.messages"]), /two/);
  assert.ok(!JSON.stringify(collector.spans).includes(SECRET));
});

test("the sampler decides over new traces, the caller over theirs", async () => {
  const { tracing } = await open({
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: 0,
  });
  tracing.queryEnded(ended("query_d"));
  tracing.queryEnded(ended("query_e", { traceparent: CALLER.replace("4bf9", "5bf9") }));
  tracing.queryEnded(ended("query_f", { traceparent: CALLER.replace("4bf9", "6bf9").replace(/01$/, "00") }));
  await tracing.work({ queue: "agent.m", queryId: "query_d", traceContext: undefined }, async () => {});
  await tracing.stop();
  const ids = new Set(collector.spans.map(({ attributes }) => attributes["bullpen.query.id"]));
  assert.deepEqual(
    ["query_d", "query_e", "query_f"].map((id) => ids.has(id)),
    [false, true, false],
  );
});

test("protobuf is what is sent where nothing else is asked for, with the configured headers", async () => {
  const { tracing } = await open({
    OTEL_EXPORTER_OTLP_PROTOCOL: undefined,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b,authorization=Basic%20eA==",
  });
  tracing.queryEnded(ended("query_g", { traceparent: CALLER.replace("4bf9", "7bf9") }));
  await tracing.stop();
  const request = collector.requests.findLast(
    ({ headers }) => headers["content-type"] === "application/x-protobuf",
  );
  assert.equal(request?.path, "/v1/traces");
  assert.deepEqual([request?.headers["x-key"], request?.headers.authorization], ["a b", "Basic eA=="]);
  assert.ok(request?.body.includes(Buffer.from("7bf92f3577b34da6a3ce929d0e0e4736", "hex")));
});

test("a collector that is away costs nothing but its spans, and is reported once", async () => {
  const { tracing, said } = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" });
  const begun = performance.now();
  for (let i = 0; i < 500; i++) tracing.queryEnded(ended(`query_${i}`));
  const error = new Error("the work's own");
  const work = { queue: "agent.m", queryId: "query_0", traceContext: undefined };
  await assert.rejects(
    tracing.work(work, async () => {
      throw error;
    }),
    error,
  );
  await tracing.stop();
  assert.ok(performance.now() - begun < 10_000);
  assert.ok(said.filter((line) => line.startsWith("traces cannot be sent")).length <= 1);
});
