import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import OpenAI from "openai";
import { startTestStack } from "../testing/stack.js";
import { replyBare } from "./bare-model.js";
import { PLAIN_PROMPTS } from "./prompts.js";

const [, , modelPath = ""] = process.argv;

/** What the agent is asked, and what its answer must hold. Each needs a tool. */
const QUESTIONS: readonly [question: string, answer: RegExp][] = [
  ["What is 85 times 9443?", /802,?655/],
  ["What is the square root of 512 multiplied by 7?", /158\.39/],
  ["A box holds 24 packets of 310 screws. How many screws are that?", /7,?440/],
  ["How tall is the Brindle Point Lighthouse in metres?", /63/],
  ["How deep is Lake Ossory in metres?", /118/],
];

const stops: (() => Promise<void>)[] = [];
let bare: string[];
let stack: Stack;
let client: OpenAI;

before(async () => {
  bare = await replyBare(modelPath, PLAIN_PROMPTS);
  stack = await startTestStack({ MODEL: modelPath, MODEL_NAME: "qwen", SLOTS: "2", CONTEXT_TOKENS: "2048" });
  stops.push(() => stack.stop());
  client = new OpenAI({ baseURL: `${stack.apiUrl}/v1`, apiKey: "none", maxRetries: 0 });
});
after(async () => {
  for (const stop of stops) await stop();
});

type Message = OpenAI.ChatCompletionMessageParam;

interface Parameters {
  readonly max_tokens?: number;
  /** Default: all. */
  readonly tools?: readonly string[];
}

async function reply(
  messages: readonly Message[],
  { tools, ...rest }: Parameters,
): Promise<OpenAI.ChatCompletionMessage> {
  const bullpen = tools ? { tools } : {};
  const body = { model: "qwen", messages: [...messages], temperature: 0, ...rest, bullpen };
  const { choices } = await client.chat.completions.create(body);
  assert.ok(choices[0]);
  return choices[0].message;
}

describe("a real model", () => {
  test("plain text is what the bare file says, at temperature 0", async () => {
    const texts: string[] = [];
    // One at a time: in a batch of several the sums are rounded otherwise, and near ties may turn.
    for (const { messages, maxTokens } of PLAIN_PROMPTS) {
      const { content } = await reply(messages, { max_tokens: maxTokens, tools: [] });
      texts.push(content ?? "");
    }
    const differing = texts.flatMap((text, index) =>
      text === bare[index]
        ? []
        : [{ prompt: PLAIN_PROMPTS[index]?.messages.at(-1)?.content, text, bare: bare[index] }],
    );
    assert.deepEqual(differing, []);
    assert.ok(new Set(texts).size >= 18, "the prompts tell answers apart");
  });

  test("a conversation goes on for ten turns, each answer given back as it came", async () => {
    const messages: Message[] = [
      { role: "system", content: "You keep a list. Reply with the whole list only." },
    ];
    for (const item of ["ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay"]) {
      messages.push({ role: "user", content: `Add: ${item}` });
      const message = await reply(messages, { max_tokens: 64, tools: [] });
      assert.ok(message.content?.toLowerCase().includes(item), `${item}: ${message.content}`);
      messages.push(message);
    }
  });

  test("an agent's questions are answered with its tools", async () => {
    const wrong: string[] = [];
    for (const [question, answer] of QUESTIONS) {
      const { content } = await reply([{ role: "user", content: question }], {});
      if (!answer.test(content ?? "")) wrong.push(`${question} ${content}`);
    }
    assert.deepEqual(wrong, []);
  });
});
