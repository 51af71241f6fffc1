import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentJob } from "@bullpen/contracts";
import { type AcceptOptions, acceptQuery } from "../queries/accept-query.js";
import { acceptChat } from "./accept-chat.js";
import { toChatResult } from "./chat-completion.js";

const OPTIONS: AcceptOptions = {
  tenant: "default",
  class: "interactive",
  defaultModel: "demo",
  knownModels: new Set(["demo"]),
  knownTools: ["Calculator", "Search"],
};
const user = { role: "user", content: "hello" };

function jobOf(body: object): AgentJob {
  return acceptChat({ messages: [user], ...body }, OPTIONS).job;
}

function refusal(body: object): string {
  try {
    return `taken as ${JSON.stringify(jobOf(body))}`;
  } catch (error) {
    return String(error);
  }
}

describe("a message comes back as it was sent", () => {
  const answer = toChatResult({
    id: "query_000000000000000000000000",
    job: jobOf({}),
    transcript: { steps: [], end: undefined },
    outcome: { status: "completed", answer: "Hello." },
    createdAt: 0,
    finishedAt: 1,
  });
  assert.ok("completion" in answer);
  const [{ message }] = answer.completion.choices;
  const said = { role: "assistant", content: "Hello." };
  const forms: Record<string, object> = {
    "as it is on the wire": message,
    "with what the Python client adds": {
      ...message,
      ...{ annotations: null, audio: null, function_call: null, tool_calls: null },
    },
    "with what the helpers of the clients add": { ...message, parsed: null, tool_calls: [] },
    "as OpenAI sends it": { ...said, refusal: null, annotations: [] },
    "as vLLM sends it": { ...said, refusal: null, tool_calls: [], reasoning: null, reasoning_content: "Hm." },
    "with an id of its client": { ...said, id: "msg_1" },
    "with empty texts": { ...said, refusal: "", reasoning_content: "", name: null },
  };
  for (const [what, form] of Object.entries(forms)) {
    test(what, () => {
      const { history } = jobOf({ messages: [user, form, user] });
      assert.deepEqual(history, [user, said]);
    });
  }

  test("what cannot be left out without changing the conversation is refused", () => {
    const foreign = { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } };
    assert.match(refusal({ messages: [user, foreign] }), /messages\[1\].function_call: cannot be replayed/);
    assert.match(
      refusal({ messages: [user, { ...said, refusal: "I will not." }, user] }),
      /messages\[1\].refusal/,
    );
    assert.match(refusal({ messages: [user, { role: "tool", content: "x" }] }), /messages\[1\].role/);
  });
});

test("the last message may be of any role", () => {
  const system = { role: "system", content: "Be brief." };
  const reply = { role: "assistant", content: "It is" };
  const cases: [messages: object[], question: object][] = [
    [[user, system], { query: "hello", system: "Be brief." }],
    [[system], { query: "Be brief." }],
    [[{ role: "developer", content: "Why?" }], { query: "Why?" }],
    [[user, reply], { query: "hello", prefill: "It is" }],
    [[user, reply, system], { query: "hello", system: "Be brief.", prefill: "It is" }],
    [[user, reply, reply], { query: "hello", prefill: "It is\n\nIt is" }],
    [[user, { role: "assistant", content: "" }], { query: "hello" }],
    [[user, reply, user], { query: "hello", history: [user, reply] }],
    [[reply, user], { query: "hello", history: [reply] }],
    [[system, reply], { query: "Be brief.", prefill: "It is" }],
  ];
  for (const [messages, question] of cases) {
    const { query, system: told, history, prefill } = jobOf({ messages });
    const found = Object.entries({ query, system: told, history, prefill }).filter(([, value]) => value);
    assert.deepEqual(Object.fromEntries(found), question, JSON.stringify(messages));
  }
  assert.match(refusal({ messages: [{ role: "user", content: " " }, reply] }), /messages\[0\].content/);
  assert.match(refusal({ messages: [reply] }), /messages: must hold a message of the user/);
});

test("parts of text are put together, whatever else they carry", () => {
  const content = [
    { type: "text", text: "what is ", cache_control: { type: "ephemeral" } },
    { type: "text", text: "it?", annotations: [] },
  ];
  assert.equal(jobOf({ messages: [{ role: "user", content }] }).query, "what is it?");
});

test("a caller that wants no tools gets none, and the others their own", () => {
  const none: object[] = [
    ...[{ tools: [] }, { tool_choice: "none" }, { functions: [] }, { function_call: "none" }],
    ...[{ tools: [], tool_choice: "auto" }, { bullpen: { tools: [] } }],
    { tool_choice: "none", bullpen: { tools: ["Search"] } },
  ];
  for (const body of none) assert.deepEqual(jobOf(body).tools, [], JSON.stringify(body));
  for (const body of [{}, { tool_choice: "auto" }, { tools: null, tool_choice: null, bullpen: null }]) {
    assert.deepEqual(jobOf(body).tools, OPTIONS.knownTools, JSON.stringify(body));
  }
  assert.deepEqual(jobOf({ tools: [], bullpen: { tools: ["Search"] } }).tools, ["Search"]);
  assert.match(refusal({ tools: [{ type: "function" }] }), /tools\[0\].function: is required/);
  assert.match(refusal({ tool_choice: "required" }), /tool_choice: must be "auto" or "none"/);
});

test("limits above the model's are clipped, in every form of a query", () => {
  for (const asked of [8_192, 16_000, 32_768, 2 ** 31, 2 ** 63]) {
    assert.equal(jobOf({ max_tokens: asked }).limits.max_tokens, 8_192);
    assert.equal(jobOf({ max_completion_tokens: asked }).limits.max_tokens, 8_192);
    assert.equal(acceptQuery({ query: "hello", max_tokens: asked }, "", OPTIONS).limits.max_tokens, 8_192);
  }
  assert.equal(jobOf({ max_tokens: 100 }).limits.max_tokens, 100);
  assert.match(refusal({ max_tokens: 0 }), /max_tokens: must be at least 1/);
});

test("the ways of others to say off, none and any", () => {
  assert.equal(jobOf({ seed: -1 }).sampling.seed, undefined);
  assert.equal(jobOf({ top_k: -1 }).sampling.top_k, 0);
  assert.equal(jobOf({ top_k: 1_000_000 }).sampling.top_k, 1_000_000);
  const { top_p } = jobOf({ top_p: 0 }).sampling;
  assert.ok(top_p > 0 && top_p < 1e-3);
  for (const seed of [0, 1, 42, 2 ** 32 - 1]) assert.equal(jobOf({ seed }).sampling.seed, seed);
  const large = [2 ** 32, 2 ** 40, 2 ** 53, 2 ** 63, -12_345, 1_764_273_600_123];
  for (const seed of large) {
    const { seed: taken = -1 } = jobOf({ seed }).sampling;
    assert.ok(Number.isInteger(taken) && taken >= 0 && taken < 2 ** 32, String(seed));
    assert.equal(jobOf({ seed }).sampling.seed, taken, "the same each time");
  }
  assert.equal(new Set(large.map((seed) => jobOf({ seed }).sampling.seed)).size, large.length);
  assert.match(refusal({ seed: 0.5 }), /seed: must be a whole number/);
});

test("labels and neutral values change nothing", () => {
  const labels = {
    ...{ user: "u".repeat(1_000), safety_identifier: "s", prompt_cache_key: "k", service_tier: "scale" },
    ...{ prompt_cache_retention: "24h", store: true, prediction: { type: "content", content: "x" } },
    ...{ parallel_tool_calls: false, request_id: "r", cache_salt: "s" },
  };
  const neutral = {
    ...{
      n: 1,
      stop: [],
      logprobs: false,
      top_logprobs: 0,
      logit_bias: {},
      response_format: { type: "text" },
    },
    ...{ presence_penalty: 0, frequency_penalty: -0, modalities: ["text"], verbosity: "medium" },
    ...{
      min_p: 0,
      min_tokens: 0,
      best_of: 1,
      length_penalty: 1,
      stop_token_ids: [],
      bad_words: [],
      priority: 0,
    },
    ...{
      chat_template_kwargs: {},
      skip_special_tokens: true,
      spaces_between_special_tokens: true,
      echo: false,
    },
    ...{ include_stop_str_in_output: false, ignore_eos: false, use_beam_search: false, documents: [] },
    ...{
      add_generation_prompt: true,
      continue_final_message: false,
      stream_options: { include_obfuscation: true },
    },
  };
  assert.deepEqual(jobOf({ ...labels, ...neutral }), jobOf({}));
  const asking = { logprobs: true, min_p: 0.1 };
  for (const [name, value] of Object.entries(asking)) {
    assert.match(refusal({ [name]: value }), new RegExp(`${name}: `));
  }
});

describe("the loop's rules", () => {
  const OFF = { repeats: false, failures: false };
  const accept = (options: AcceptOptions, rules: object) => {
    const asked = acceptChat({ messages: [user], bullpen: rules }, options).job;
    const same = acceptQuery({ query: "hello", ...rules }, "", options);
    const [one, other] = [asked, same].map(({ limits, guards }) => [limits.on_limit, guards]);
    assert.deepEqual(one, other, "chats and queries take them alike");
    return one;
  };

  test("are those of the request, and where it says nothing those of the server", () => {
    assert.deepEqual(accept(OPTIONS, {}), ["answer", { repeats: true, failures: true }]);
    assert.deepEqual(accept(OPTIONS, { on_limit: "fail", guards: { repeats: false } }), [
      "fail",
      { repeats: false, failures: true },
    ]);
    const server: AcceptOptions = { ...OPTIONS, agentDefaults: { on_limit: "fail", guards: OFF } };
    assert.deepEqual(accept(server, {}), ["fail", OFF]);
    assert.deepEqual(accept(server, { on_limit: "answer", guards: { failures: true } }), [
      "answer",
      { repeats: false, failures: true },
    ]);
  });

  test("are refused by name where they are none", () => {
    assert.match(
      refusal({ bullpen: { on_limit: "stop" } }),
      /bullpen\.on_limit: must be "answer" or "fail"\./,
    );
    assert.match(
      refusal({ bullpen: { guards: { repeats: 1 } } }),
      /bullpen\.guards\.repeats: must be true or false\./,
    );
    assert.match(refusal({ bullpen: { guards: { all: true } } }), /bullpen\.guards\.all is not a parameter/);
  });

  test("a forced answer says so, with finish_reason length", () => {
    const result = toChatResult({
      id: "query_000000000000000000000000",
      job: jobOf({}),
      transcript: { steps: [], end: undefined },
      outcome: { status: "completed", answer: "4", finish_reason: "length", forced_by: "max_steps" },
      createdAt: 0,
      finishedAt: 1,
    });
    assert.ok("completion" in result);
    const { choices, bullpen } = result.completion;
    assert.deepEqual(
      [choices[0].finish_reason, bullpen.forced, bullpen.forced_by],
      ["length", true, "max_steps"],
    );
  });
});
