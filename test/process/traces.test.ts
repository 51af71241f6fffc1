import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { type SearchStandIn, startSearchStandIn } from "../testing/search-stand-in.js";
import { startTestStack } from "../testing/stack.js";
import { type CollectedSpan, TraceCollector } from "../testing/trace-collector.js";
import { until } from "../testing/until.js";

const CALLER = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };
const SERVER = 2;
const INTERNAL = 1;
const CONSUMER = 5;

let collector: TraceCollector;
let search: SearchStandIn;
let stack: Stack;
/** The provider answers when the test lets it. */
let letSearchEnd: () => boolean = () => false;

before(async () => {
  collector = await TraceCollector.start();
  search = await startSearchStandIn(
    () => false,
    () => (letSearchEnd() ? 5 : 2_000),
  );
  stack = await startTestStack({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20dGVzdDp0ZXN0LXNlY3JldA==",
    SEARCH_PROVIDER: "searxng",
    SEARXNG_URL: search.searxngUrl,
  });
});
after(async () => {
  await stack?.stop();
  await search?.stop();
  await collector?.stop();
});

test("a query whose worker is killed during a tool call has one whole trace, below its caller's", async () => {
  const response = await fetch(`${stack.apiUrl}/v1/queries`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      traceparent: `00-${CALLER.traceId}-${CALLER.spanId}-01`,
      tracestate: "vendor=1",
    },
    body: JSON.stringify({ query: "who is the current prime minister of the UK?", tools: ["Search"] }),
  });
  const { id } = (await response.json()) as { id: string }; // the api's own answer
  await until("the tool call is under way", () => search.requests.length > 0);
  const { pid } = stack.process("worker");
  assert.ok(pid);
  process.kill(pid, "SIGKILL");
  letSearchEnd = () => true;
  await until("the query ends", async () => {
    const view = (await (await fetch(`${stack.apiUrl}/v1/queries/${id}`)).json()) as { status: string };
    return view.status === "completed";
  });
  const spans = await until("its span has come", () => {
    const found = collector.trace(CALLER.traceId);
    const names = found.map(({ name }) => name);
    return ["invoke_agent bullpen", "process agent.demo"].every((name) => names.includes(name)) && found;
  });
  assertWhole(spans, id);
});

/** The trace of a query with one search: every parent is there, every name, every attribute that is asked for. */
function assertWhole(spans: readonly CollectedSpan[], id: string): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  assert.equal(byId.size, spans.length, "no span came twice");
  const parentNameOf = ({ parentSpanId }: CollectedSpan) =>
    parentSpanId === CALLER.spanId ? "the caller" : byId.get(parentSpanId ?? "")?.name;
  const tree = spans.map((span) => [span.name, span.kind, parentNameOf(span)]);
  const chats = spans.filter(({ name }) => name === "chat demo").length;
  assert.ok(chats >= 2, `${chats} turns`);
  const calls = chats - 1;
  const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);
  assert.deepEqual(tree, [
    ...times(chats, ["chat demo", INTERNAL, "invoke_agent bullpen"]),
    ...times(calls, ["execute_tool Search", INTERNAL, "invoke_agent bullpen"]),
    ["invoke_agent bullpen", INTERNAL, "POST /v1/queries"],
    ["POST /v1/queries", SERVER, "the caller"],
    // The worker that was killed has taken the span of its own work with it.
    ...times(chats - 1, ["process agent.demo", CONSUMER, "invoke_agent bullpen"]),
    ...times(calls, ["process tools.search", CONSUMER, "execute_tool Search"]),
  ]);
  const [first] = spans.filter(({ name }) => name === "chat demo");
  const agent = spans.find(({ name }) => name === "invoke_agent bullpen");
  const tool = spans.find(({ name }) => name === "execute_tool Search");
  assert.ok(agent && first && tool);
  assert.equal(agent.attributes["gen_ai.operation.name"], "invoke_agent");
  assert.equal(agent.attributes["gen_ai.agent.name"], "bullpen");
  assert.equal(agent.attributes["gen_ai.conversation.id"], id);
  assert.equal(agent.attributes["bullpen.query.status"], "completed");
  assert.equal(first.attributes["gen_ai.operation.name"], "chat");
  assert.equal(first.attributes["gen_ai.request.model"], "demo");
  assert.deepEqual(first.attributes["gen_ai.response.finish_reasons"], ["stop"]);
  assert.ok(Number(first.attributes["gen_ai.usage.input_tokens"]) > 0);
  assert.ok(Number(first.attributes["gen_ai.usage.output_tokens"]) > 0);
  assert.equal(tool.attributes["gen_ai.operation.name"], "execute_tool");
  assert.equal(tool.attributes["gen_ai.tool.name"], "Search");
  assert.equal(tool.attributes["gen_ai.tool.call.id"], `${id}-0`);
  const workers = spans
    .filter(({ name }) => name === "chat demo")
    .map((span) => span.attributes["bullpen.worker"]);
  assert.equal(new Set(workers).size, 2, "the worker that was killed, and the one that went on");
  const services = new Set(spans.map(({ resource }) => resource["service.name"]));
  assert.deepEqual([...services].sort(), ["bullpen-api", "bullpen-tool-worker", "bullpen-worker"]);
  for (const span of spans) {
    assert.ok(span.endedAt >= span.startedAt, span.name);
    assert.equal(span.isError, false, span.name);
  }
  assert.ok(agent.startedAt <= first.startedAt && agent.endedAt >= tool.endedAt, "it holds its parts");
  const said = JSON.stringify(spans);
  assert.doesNotMatch(said, /prime minister/i, "no prompt, no answer");
  assert.equal(collector.requests[0]?.headers.authorization, "Basic dGVzdDp0ZXN0LXNlY3JldA==");
}
