import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
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
    LOG_LEVEL: "debug",
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

/** In every question here, and so in everything that quotes one. */
const MARK = "Quillhaven";

test("each line of the logs is an event with its ids, and none holds a text of a prompt", async () => {
  const client = new BullpenClient({ url: stack.apiUrl });
  const limits = { max_steps: 1, on_limit: "fail" } as const;
  const [failed] = await client.queries.runAll([
    { query: `What is 17 times 23 in ${MARK}?`, tools: ["Calculator"], ...limits },
  ]);
  assert.equal(failed?.status, "failed");
  const line = (custom_id: string, max_steps: number) => ({
    ...{ custom_id, method: "POST", url: "/v1/chat/completions" },
    body: {
      model: "demo",
      messages: [{ role: "user", content: `How far is ${MARK}?` }],
      bullpen: { max_steps, on_limit: "fail" },
    },
  });
  const lines = [line("a", 3), line("b", 1)].map((each) => JSON.stringify(each)).join("\n");
  const file = await client.files.upload(new Blob([lines]));
  const batch = await client.batches.create({ input_file_id: file.id });
  await client.batches.wait(batch.id);
  await assert.rejects(client.queries.submit({ query: MARK, max_steps: 0 }));
  const isEnd = ({ msg, batch: id }: Line) => id === batch.id && String(msg).startsWith("batch completed");
  const isRefusal = ({ msg, request_id, status }: Line) =>
    msg === "a request was refused" && request_id !== undefined && status === 400;
  const records = await until("the lines are written", async () => {
    const found = await readLogs();
    return found.some(isEnd) && found.some(isRefusal) && found;
  });
  for (const record of records) {
    for (const field of ["level", "time", "app", "pid", "msg"])
      assert.ok(record[field] !== undefined, `${field} of ${JSON.stringify(record)}`);
  }
  const about = (query: string) => records.filter((record) => record.query === query);
  assert.deepEqual(
    about(failed.id).map(({ msg, code, turns }) => [msg, code, turns]),
    [["a query failed", "max_steps", 1]],
  );
  assert.ok(
    records.some(
      ({ msg, batch: id, query }) => msg === "a query failed" && id === batch.id && query !== undefined,
    ),
  );
  assert.doesNotMatch(JSON.stringify(records), new RegExp(`${MARK}|prime minister`, "i"));
});

/** A line of a log, by its fields. */
type Line = Readonly<Record<string, unknown>>;

/** All lines of all logs of the stack. @throws when one is no JSON. */
async function readLogs(): Promise<Record<string, unknown>[]> {
  const names = await readdir(stack.logFolder);
  const texts = await Promise.all(names.map((name) => readFile(join(stack.logFolder, name), "utf8")));
  const lines = texts
    .flatMap((text) => text.slice(0, text.lastIndexOf("\n")).split("\n"))
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>); // pino's own
}

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
