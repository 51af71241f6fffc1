import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { toQueryView } from "@bullpen/api/queries/query-view";
import { limitsSchema, toolFailure } from "@bullpen/contracts";
import type { ScriptedReply } from "@bullpen/llm/testing";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";

// What the model says, by query; each entry is one turn.
const SCRIPTS: Record<string, ScriptedReply[]> = {
  "two steps": [action("Search", "boxes"), action("Calculator", "output = 6 * 7"), finalAnswer("It is 42.")],
  "no tool": [finalAnswer("Hello.")],
  "another name": [action("Response", "the answer is here")],
  "unknown tool": [
    action("Python", "output = 6 * 7"),
    action("Calculator", "output = 6 * 7"),
    finalAnswer("42"),
  ],
  "unknown names": [action("Oracle", "I think"), action("Oracle", "the answer is here")],
  "cut short": [{ text: '"Calculator",\n"input": "output = 1', finishReason: "length" }],
  "cut answer": [{ text: '"Final Answer",\n"input": "It is 4', finishReason: "length" }],
  "tool fails": [action("Calculator", "fail"), finalAnswer("The tool failed.")],
  "tool breaks": [action("Calculator", "throw"), finalAnswer("The tool broke.")],
  "never ends": Array.from({ length: 20 }, (_, i) => action("Calculator", `output = ${i}`)),
  "malformed once": ["I think that", finalAnswer("Better now.")],
  "malformed forever": Array.from({ length: 20 }, () => "no action at all"),
  "cut off": [{ text: '"Calculator",\n"input": "output = 1', finishReason: "length" }, finalAnswer("Short.")],
  "context full": [{ text: "", finishReason: "context" }],
  "too many tokens": Array.from({ length: 20 }, (_, i) => ({
    text: action("Calculator", `output = ${i}`),
    usage: { completion_tokens: 60 },
  })),
};

let harness: AgentHarness;

before(async () => {
  harness = await startAgentHarness({
    script: (request) => {
      const query = request.messages.find((message) => message.role === "user")?.content ?? "";
      const turn = request.messages.filter((message) => message.role === "assistant").length;
      return SCRIPTS[query]?.[turn] ?? new Error(`no turn ${turn} for ${query}`);
    },
    tools: {
      Calculator: (job) => {
        if (job.input === "throw") throw new Error("the interpreter is gone");
        if (job.input === "fail") return toolFailure("ZeroDivisionError: division by zero");
        return { observation: `value of ${job.input}`, is_error: false };
      },
      Search: (job) => ({ observation: `about ${job.input}`, is_error: false }),
    },
  });
});
after(() => harness.stop());

async function run(query: string, limits: object = {}) {
  const id = await harness.submit(query, { limits: limitsSchema.parse(limits) });
  return harness.ended(id);
}

function observations(record: Awaited<ReturnType<typeof run>>) {
  return record.transcript.steps.map((step) => step.observation?.observation);
}

test("a query goes through several tools to its answer, every step recorded", async () => {
  const record = await run("two steps");
  assert.deepEqual(record.outcome, { status: "completed", answer: "It is 42." });
  assert.deepEqual(observations(record), ["about boxes", "value of output = 6 * 7", undefined]);
  const prompt = harness.model.requests.findLast((request) => request.messages[1]?.content === "two steps");
  assert.deepEqual(
    prompt?.messages.map((message) => message.role),
    ["system", "user", "assistant", "tool", "assistant", "tool"],
  );
});

test("an answer without a tool takes one turn", async () => {
  const record = await run("no tool");
  assert.deepEqual(record.outcome, { status: "completed", answer: "Hello." });
  assert.equal(record.transcript.steps.length, 1);
});

test("a name that is another word for an answer gives the answer", async () => {
  const { outcome } = await run("another name");
  assert.deepEqual(outcome, { status: "completed", answer: "the answer is here" });
});

test("a turn that names a tool which there is not is told the tools, and the call is seen", async () => {
  const record = await run("unknown tool");
  assert.deepEqual(record.outcome, { status: "completed", answer: "42" });
  assert.match(observations(record)[0] ?? "", /^Error: there is no tool "Python"\. .*"Calculator", "Search"/);
  const { steps, usage } = toQueryView(record);
  assert.deepEqual(
    steps.map(({ tool_name, is_error }) => [tool_name, is_error]),
    [
      ["Python", true],
      ["Calculator", false],
    ],
  );
  assert.equal(usage.tool_calls, 1);
});

test("a second name in a row that is no tool's gives the answer", async () => {
  const { outcome } = await run("unknown names");
  assert.deepEqual(outcome, { status: "completed", answer: "the answer is here" });
});

test("a reply that max_tokens cuts off ends the query with what there is, and says so", async () => {
  const cut = { status: "completed", finish_reason: "length" };
  const record = await run("cut short", { max_tokens: 16 });
  assert.deepEqual(record.outcome, { ...cut, answer: "" });
  assert.equal(record.transcript.steps.length, 1, "it is not asked again");
  const view = toQueryView(record);
  assert.equal(view.finish_reason, "length");
  assert.deepEqual([view.steps[0]?.tool_name, view.steps[0]?.input], ["Calculator", "output = 1"]);
  assert.match(view.steps[0]?.observation ?? "", /cut off after \d+ tokens.*max_tokens/);
  assert.deepEqual((await run("cut answer")).outcome, { ...cut, answer: "It is 4" });
});

test("a tool that fails becomes an observation", async () => {
  const record = await run("tool fails");
  assert.equal(record.status, "completed");
  assert.deepEqual(record.transcript.steps[0]?.observation?.is_error, true);
  assert.match(observations(record)[0] ?? "", /^Error: ZeroDivisionError/);
});

test("a tool whose job fails for good becomes an observation after its retries", async () => {
  const record = await run("tool breaks");
  assert.equal(record.status, "completed");
  assert.match(observations(record)[0] ?? "", /^Error: the tool failed: the interpreter is gone/);
});

test("a query ends at its limit of steps, and the last step's tool is not run", async () => {
  const record = await run("never ends", { max_steps: 3 });
  assert.equal(record.outcome?.status === "failed" && record.outcome.error.code, "max_steps");
  assert.deepEqual(observations(record), ["value of output = 0", "value of output = 1", undefined]);
});

test("a query ends at its limit of tokens", async () => {
  const record = await run("too many tokens", { max_total_tokens: 150 });
  assert.equal(record.outcome?.status === "failed" && record.outcome.error.code, "max_tokens");
  assert.equal(record.transcript.steps.length, 3);
});

test("a reply that is no action is corrected, and given up after three in a row", async () => {
  assert.deepEqual((await run("malformed once")).outcome, { status: "completed", answer: "Better now." });
  const record = await run("malformed forever");
  assert.equal(record.outcome?.status === "failed" && record.outcome.error.code, "malformed_output");
  assert.equal(record.transcript.steps.length, 3);
});

test("a reply that was cut off is asked for again, shorter", async () => {
  const record = await run("cut off");
  assert.deepEqual(record.outcome, { status: "completed", answer: "Short." });
  const again = harness.model.requests.findLast((request) => request.messages[1]?.content === "cut off");
  assert.match(again?.messages.at(-1)?.content ?? "", /cut off/);
});

test("a full context ends the query with its code and keeps the transcript", async () => {
  const record = await run("context full");
  assert.equal(record.outcome?.status === "failed" && record.outcome.error.code, "context_exceeded");
  assert.equal(record.transcript.steps.length, 1);
});
