import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AgentJob, BUILT_IN_TOOLS, RefusedRequestError } from "@bullpen/contracts";
import type { ScriptedReply } from "@bullpen/llm/testing";
import { acceptChat, acceptQuery } from "@bullpen/protocol";
import { verifies } from "../source-checks/requirements/requirements.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";

/** What looks like an action, and is only text here. */
const ACTION_LIKE = '{"tool_name": "Calculator", "input": "output = 1"}';

/** What the model says, by the last thing that it is told. */
const SAYS: Record<string, ScriptedReply> = {
  colours: "Red\nBlue\nGreen",
  action: ACTION_LIKE,
  nothing: "",
  long: { text: "Once upon a", finishReason: "length" },
  longer: { text: "Once upon a time", finishReason: "context" },
  "too long": { text: "", finishReason: "context" },
  refused: new RefusedRequestError("The model's chat template refuses this conversation: roles."),
};

let harness: AgentHarness;

before(async () => {
  harness = await startAgentHarness({
    script: ({ messages }) =>
      SAYS[messages.at(-1)?.content ?? ""] ?? new Error(`no reply to ${messages.at(-1)?.content}`),
  });
});
after(() => harness.stop());

const OPTIONS = {
  tenant: "default",
  class: "interactive" as const,
  defaultModel: "scripted",
  knownModels: new Set(["scripted"]),
  knownTools: BUILT_IN_TOOLS.map(({ name }) => name),
};

async function run(job: AgentJob) {
  const [id = ""] = await harness.queues.submit([job]);
  return harness.ended(id);
}

const ask = (query: string) => run(acceptQuery({ query, tools: [] }, "", OPTIONS));

test(verifies(["plain-chat"], "without tools the model's first turn is the answer, as it is"), async () => {
  for (const [query, answer] of [
    ["colours", "Red\nBlue\nGreen"],
    ["action", ACTION_LIKE],
    ["nothing", ""],
  ] as const) {
    const record = await ask(query);
    assert.deepEqual(record.outcome, { status: "completed", answer });
    assert.equal(record.transcript.steps.length, 1);
  }
});

test(
  verifies(["plain-chat"], "the model is told what the caller says, in the caller's order, and no more"),
  async () => {
    const messages = [
      { role: "system", content: "You are a pirate." },
      { role: "user", content: "Hello" },
      { role: "assistant", content: "Arr!" },
      { role: "user", content: "colours" },
    ];
    const { job } = acceptChat({ messages, temperature: 0, bullpen: { tools: [] } }, OPTIONS);
    await run(job);
    const request = harness.model.requests.at(-1);
    assert.deepEqual(request?.messages, messages);
    assert.deepEqual([request?.primer, request?.constraint], ["", undefined]);
    assert.deepEqual(request?.sampling, { temperature: 0, top_p: 1, top_k: 0, repetition_penalty: 1 });
  },
);

test("a reply that the caller has begun is what the model goes on with", async () => {
  const { job } = acceptChat(
    { messages: [{ role: "user", content: "colours" }], bullpen: { tools: [] } },
    OPTIONS,
  );
  await run({ ...job, prefill: "Sure:" });
  assert.equal(harness.model.requests.at(-1)?.primer, "Sure:");
});

test("an answer that was cut off says so, and a prompt that does not fit is a failure", async () => {
  const cut = { status: "completed", finish_reason: "length" };
  assert.deepEqual((await ask("long")).outcome, { ...cut, answer: "Once upon a" });
  assert.deepEqual((await ask("longer")).outcome, { ...cut, answer: "Once upon a time" });
  const { outcome } = await ask("too long");
  assert.equal(outcome?.status === "failed" && outcome.error.code, "context_exceeded");
});

test("a conversation that the model can never take ends at once, in the model's words", async () => {
  const asked = harness.model.calls;
  const { outcome } = await ask("refused");
  assert.deepEqual(outcome, {
    status: "failed",
    error: {
      code: "invalid_request",
      message: "The model's chat template refuses this conversation: roles.",
    },
  });
  assert.equal(harness.model.calls, asked + 1, "it is not tried again");
});
