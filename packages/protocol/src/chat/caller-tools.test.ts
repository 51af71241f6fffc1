import assert from "node:assert/strict";
import { test } from "node:test";
import { buildMessages } from "@bullpen/agent";
import { type AgentJob, callIdOf, renderActionContinuation } from "@bullpen/contracts";
import type { AcceptOptions } from "../queries/accept-query.js";
import { acceptChat } from "./accept-chat.js";
import { toChatResult } from "./chat-completion.js";

const OPTIONS: AcceptOptions = {
  tenant: "default",
  class: "interactive",
  defaultModel: "demo",
  knownModels: new Set(["demo"]),
  knownTools: ["Calculator", "Search"],
};
const user = { role: "user", content: "Does it rain in Oslo?" };
const parameters = { type: "object", properties: { town: { type: "string" } } };
const tools = [
  { type: "function", function: { name: "forecast", description: "tells the weather", parameters } },
];
const QUERY = "query_000000000000000000000000";

function jobOf(body: object): AgentJob {
  return acceptChat({ messages: [user], tools, ...body }, OPTIONS).job;
}

function refusal(body: object): string {
  try {
    return `taken as ${JSON.stringify(jobOf(body))}`;
  } catch (error) {
    return String(error);
  }
}

function call(id: string, args = "{}", name = "forecast") {
  return { id, type: "function", function: { name, arguments: args } };
}
const asks = (...tool_calls: object[]) => ({ role: "assistant", content: null, tool_calls });
const result = (tool_call_id: string, content: string) => ({ role: "tool", tool_call_id, content });

test("a request with tools of its own has those, and Bullpen's that it names", () => {
  const own = { name: "forecast", description: "tells the weather", parameters };
  const alone = jobOf({});
  assert.deepEqual([alone.tools, alone.caller_tools], [[], [own]]);
  const beside = jobOf({ bullpen: { tools: ["Search"] } });
  assert.deepEqual([beside.tools, beside.caller_tools], [["Search"], [own]]);
});

test("null says something in a schema", () => {
  const nullable = { type: "object", properties: { town: { enum: ["Oslo", null], default: null } } };
  const sent = [{ type: "function", function: { name: "f", description: null, parameters: nullable } }];
  assert.deepEqual(jobOf({ tools: sent }).caller_tools, [{ name: "f", parameters: nullable }]);
});

test("the choice of tools is read in all of OpenAI's forms", () => {
  const named = { type: "function", function: { name: "forecast" } };
  const allowed = { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [named] } };
  const choices: [unknown, object | undefined][] = [
    ["auto", undefined],
    ["none", { mode: "none" }],
    ["required", { mode: "required" }],
    [named, { mode: "required", named: "forecast" }],
    [allowed, { mode: "auto", allowed: ["forecast"] }],
  ];
  for (const [tool_choice, expected] of choices)
    assert.deepEqual(jobOf({ tool_choice }).tool_choice, expected, JSON.stringify(tool_choice));
});

test("what cannot be called is refused by name", () => {
  const fn = (more: object) => ({ tools: [{ type: "function", function: { name: "f", ...more } }] });
  const cases: [object, RegExp][] = [
    [fn({ name: "get weather" }), /tools\[0\]\.function\.name: must have 1 to 64 characters/],
    [fn({ parameters: { type: "string" } }), /tools\[0\]\.function\.parameters\.type: must be "object"/],
    [fn({ name: "calculator", description: "" }), /taken as/],
    [{ ...fn({ name: "calculator" }), bullpen: { tools: ["Calculator"] } }, /is also a tool of Bullpen's/],
    [
      { tools: [...tools, ...tools] },
      /tools\[1\]\.function\.name: "forecast" is also the name of tools\[0\]/,
    ],
    [{ tools: [{ type: "web_search" }] }, /tools\[0\]\.type: is "web_search"/],
    [
      { tool_choice: { type: "function", function: { name: "g" } } },
      /tool_choice\.function\.name: "g" is none/,
    ],
    [{ tools: [], tool_choice: "required" }, /tool_choice: must be "auto" or "none"/],
    [{ functions: [{ name: "f" }] }, /functions: cannot be set/],
    [fn({ description: "x".repeat(70_000) }), /tools: take 7\d+ characters/],
  ];
  for (const [body, message] of cases) assert.match(refusal(body), message);
});

test("results follow their calls, each once", () => {
  const cases: [object[], RegExp][] = [
    [[user, asks(call("a"))], /messages: an assistant message .* did not have response messages: "a"/],
    [[user, asks(call("a"), call("b")), result("b", "x"), user], /messages\[3\]: .*response messages: "a"/],
    [[user, result("a", "x")], /messages\[1\]\.role: .*no call before it has the id "a"/],
    [[user, { role: "tool", content: "x" }], /messages\[1\]\.role: .*no tool_call_id/],
    [[user, asks(call("a")), result("a", "x"), result("a", "y")], /messages\[3\]\.tool_call_id: .*once/],
    [[user, asks(call("a"), call("a")), result("a", "x")], /messages\[1\]\.tool_calls\[1\]\.id/],
    [[{ ...user, tool_calls: [call("a")] }], /messages\[0\]\.tool_calls: can only be/],
    [[{ ...user, tool_call_id: "a" }], /messages\[0\]\.tool_call_id: can only be/],
    [[user, asks()], /messages\[1\]\.content: is required/],
  ];
  for (const [messages, message] of cases) assert.match(refusal({ messages }), message);
});

test("calls and results are written as the transcript of an agent has them", () => {
  const text = `"forecast",\n"input": {"town": "Oslo"}\n}`;
  const turn = {
    text,
    finish_reason: "stop" as const,
    usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 },
    duration_ms: 1,
  };
  const observation = { observation: "Rain.", is_error: false, duration_ms: 1 };
  const first = jobOf({});
  const before = buildMessages(first, [], { steps: [{ turn, observation }], end: undefined });
  const id = callIdOf(QUERY, 0);
  const next = jobOf({ messages: [user, asks(call(id, '{"town": "Oslo"}')), result(id, "Rain.")] });
  assert.deepEqual(buildMessages(next, [], { steps: [], end: undefined }), before);
  assert.equal(next.cache_key, QUERY);
});

test("each result follows its call, also those of an earlier question", () => {
  const messages = [
    user,
    { ...asks(call("a"), call("b", "not JSON")), content: "I check." },
    result("b", "2"),
    result("a", "1"),
    { role: "assistant", content: "It rains." },
    { role: "user", content: "And now?" },
  ];
  const action = (input: string | object) =>
    renderActionContinuation({ tool_name: "forecast", input: input as string });
  assert.deepEqual(jobOf({ messages }).history, [
    user,
    { role: "assistant", content: "I check." },
    { role: "action", content: action({}), call_id: "a" },
    { role: "tool", content: "1" },
    { role: "action", content: action("not JSON"), call_id: "b" },
    { role: "tool", content: "2" },
    { role: "assistant", content: "It rains." },
  ]);
});

test("a call is an answer without text, which can be sent back", () => {
  const result = toChatResult({
    id: QUERY,
    job: jobOf({}),
    transcript: { steps: [], end: undefined },
    outcome: {
      status: "completed",
      answer: "",
      finish_reason: "tool_calls",
      tool_calls: [{ step: 2, name: "forecast", arguments: "{}" }],
    },
    createdAt: 0,
    finishedAt: 1,
  });
  assert.ok("completion" in result);
  const [choice] = result.completion.choices;
  assert.deepEqual(choice.message, {
    role: "assistant",
    content: null,
    refusal: null,
    tool_calls: [call("call_000000000000000000000000_2")],
  });
  assert.equal(choice.finish_reason, "tool_calls");
});
