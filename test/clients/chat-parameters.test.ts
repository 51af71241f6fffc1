import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CompletionRequest } from "@bullpen/contracts";
import type { ScriptedReply } from "@bullpen/llm/testing";
import OpenAI, { toFile } from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

let harness: BatchHarness;
let client: OpenAI;
let turns = 0;

/** A model that answers with the question, and counts its answers where it is asked to. */
function say({ messages, primer, logprobs }: CompletionRequest): ScriptedReply {
  const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
  if (question === "fail the second" && turns++ % 3 === 1) return "no action, and no action again";
  const answer = question === "count" ? `answer ${turns++}` : `You said: ${question}`;
  if (primer !== "") return finalAnswer(answer);
  if (logprobs === undefined) return answer;
  const top = [{ token: "no", logprob: -0.25 }].slice(0, logprobs);
  const tokens = answer.split(/(?<= )/).map((token) => ({ token, logprob: -1.5, top }));
  return { text: answer, logprobs: tokens };
}

before(async () => {
  harness = await startBatchHarness({ script: (request) => say(request), tools: {} });
  client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none", maxRetries: 0 });
});
after(() => harness.stop());

function asking(content: string) {
  return { model: "scripted", messages: [{ role: "user" as const, content }] };
}

function contents({ choices }: Pick<OpenAI.ChatCompletion, "choices">) {
  return choices.map(({ index, message }) => [index, message.content]);
}

test(
  verifies(["openai-clients"], "n gives as many answers, whole and streamed, in chats and in lines"),
  async () => {
    turns = 0;
    const whole = await client.chat.completions.create({ ...asking("count"), n: 3, seed: 7 });
    assert.deepEqual(contents(whole), [
      [0, "answer 0"],
      [1, "answer 1"],
      [2, "answer 2"],
    ]);
    const asked = harness.agents.model.requests.slice(-3).map(({ sampling }) => sampling);
    assert.equal(new Set(asked.map(({ seed }) => seed)).size, 3, "each has a seed of its own");
    assert.deepEqual([asked[0]?.seed, asked[0]?.temperature], [7, 0.7]);
    const single = await client.chat.completions.create(asking("count"));
    assert.ok((whole.usage?.completion_tokens ?? 0) >= 3 * ((single.usage?.completion_tokens ?? 0) - 1));

    const streamed = client.chat.completions.stream({ ...asking("hello"), n: 2 });
    assert.deepEqual(contents(await streamed.finalChatCompletion()), [
      [0, "You said: hello"],
      [1, "You said: hello"],
    ]);

    const file = await toFile(Buffer.from(batchLine("two", "hello", { n: 2 })), "input.jsonl");
    const { id: input_file_id } = await client.files.create({ file, purpose: "batch" });
    const endpoint = "/v1/chat/completions";
    const { id } = await client.batches.create({ input_file_id, endpoint, completion_window: "24h" });
    const output = await until("the batch ends", async () => {
      const batch = await client.batches.retrieve(id);
      return batch.status === "completed" && batch.output_file_id;
    });
    const text = await (await client.files.content(output)).text();
    const [line] = parseJsonl<{ response: { body: OpenAI.ChatCompletion } }>(text);
    assert.equal(line?.response.body.choices.length, 2);
  },
);

test("an answer that failed is left out, and a vote cannot be asked for besides", async () => {
  turns = 0;
  const body = { ...asking("fail the second"), n: 3, ...{ bullpen: { max_steps: 1, on_limit: "fail" } } };
  const { choices } = await client.chat.completions.create(body);
  assert.deepEqual(
    choices.map(({ index }) => index),
    [0, 2],
  );
  for (const [more, message] of [
    [{ n: 9 }, /n: must be at most 8/],
    [{ n: 2, bullpen: { votes: 3 } }, /n: must be 1 with votes/],
  ] as const)
    await assert.rejects(client.chat.completions.create({ ...asking("?"), ...more }), message);
});

test(
  verifies(["openai-clients"], "stop ends the answer, with and without tools, whole and streamed"),
  async () => {
    for (const bullpen of [{}, { tools: [] }]) {
      const body = { ...asking("one two three four"), stop: ["three", "four"], ...{ bullpen } };
      const whole = await client.chat.completions.create(body);
      assert.equal(whole.choices[0]?.message.content, "You said: one two ");
      assert.equal(whole.choices[0]?.finish_reason, "stop");
      const streamed = client.chat.completions.stream({ ...body, stop: "two three" });
      const pieces: string[] = [];
      streamed.on("content.delta", ({ delta }) => pieces.push(delta));
      const [choice] = (await streamed.finalChatCompletion()).choices;
      assert.equal(choice?.message.content, "You said: one ");
      assert.equal(pieces.join(""), "You said: one ");
    }
    assert.deepEqual(harness.agents.model.requests.at(-1)?.stop, ["two three"]);
  },
);

test(
  verifies(["openai-clients"], "penalties and biases reach the model, and hints change nothing"),
  async () => {
    await client.chat.completions.create({
      ...asking("hello"),
      ...{
        frequency_penalty: 0.5,
        presence_penalty: -1,
        logit_bias: { "13": -100 },
        reasoning_effort: "high",
      },
      ...{
        parallel_tool_calls: false,
        store: false,
        user: "u",
        safety_identifier: "s",
        prompt_cache_key: "k",
      },
      ...{ service_tier: "auto", metadata: { a: "b" }, n: 1, stop: [], logprobs: false },
    });
    const { frequency_penalty, presence_penalty, logit_bias } =
      harness.agents.model.requests.at(-1)?.sampling ?? {};
    assert.deepEqual([frequency_penalty, presence_penalty, logit_bias], [0.5, -1, { "13": -100 }]);
    for (const [more, message] of [
      [{ frequency_penalty: 3 }, /frequency_penalty: must be at most 2/],
      [{ logit_bias: { hello: 1 } }, /logit_bias(\.hello)?: must be numbers of tokens/],
      [{ logit_bias: { "13": 101 } }, /logit_bias\.13: must be at most 100/],
      [{ stop: ["a", "b", "c", "d", "e"] }, /stop: must hold at most 4 texts/],
      [{ logprobs: true }, /logprobs: must be false/],
    ] as const)
      await assert.rejects(client.chat.completions.create({ ...asking("?"), ...more } as never), message);
  },
);

test(
  verifies(
    ["openai-clients"],
    "logprobs come with an answer without tools, whole and streamed, of each of n",
  ),
  async () => {
    const body = {
      ...{ ...asking("hello ☂ there"), logprobs: true, top_logprobs: 1, n: 2, stop: [" there"] },
      ...{ bullpen: { tools: [] } },
    };
    const whole = await client.chat.completions.create(body);
    const no = { token: "no", logprob: -0.25, bytes: [110, 111] };
    const entry = (token: string) => {
      return { token, logprob: -1.5, bytes: [...Buffer.from(token)], top_logprobs: [no] };
    };
    // The space before the stop is in a token with what is said.
    const content = ["You ", "said: ", "hello ", "☂ "].map(entry);
    const told = { content, refusal: null };
    assert.deepEqual(
      whole.choices.map(({ logprobs, message }) => [message.content, logprobs]),
      [
        ["You said: hello ☂", told],
        ["You said: hello ☂", told],
      ],
    );
    const streamed = await client.chat.completions.stream(body).finalChatCompletion();
    assert.deepEqual(
      streamed.choices.map(({ logprobs }) => logprobs?.content),
      [content, content],
    );
    const unasked = await client.chat.completions.create({
      ...asking("hello"),
      ...{ bullpen: { tools: [] } },
    });
    assert.equal(unasked.choices[0]?.logprobs, null);
  },
);
