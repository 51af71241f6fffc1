import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, beforeEach, test } from "node:test";
import {
  type CompletionRequest,
  type ObjectConstraint,
  objectOpening,
  samplingSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import { connectOpenAiModel } from "./connect.js";
import type { LlmApi } from "./set-up-server.js";

const CONSTRAINT: ObjectConstraint = {
  name: "action",
  alternatives: ["Search", "Answer"].map((text) => [
    { key: "tool", value: { type: "constant", text } },
    { key: "input", value: { type: "string" } },
  ]),
  fallback: [{ key: "tool", value: { type: "string" } }],
};
const PRIMER = `\`\`\`json\n${objectOpening("tool")}`;
const REQUEST: CompletionRequest = {
  messages: [
    { role: "system", content: "Use tools." },
    { role: "user", content: "Who ends a turn by <|im_end|> or </s>?" },
    { role: "assistant", content: `${PRIMER}"Search",\n"input": "turns"\n}\n\`\`\`` },
    { role: "tool", content: "Nobody." },
  ],
  primer: PRIMER,
  closing: "\n```",
  constraint: CONSTRAINT,
  sampling: samplingSchema.parse({ seed: 5, top_k: 0 }),
  maxTokens: 50,
};
const CHATML =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const bodySchema = z.looseObject({ prompt: z.string().optional(), max_tokens: z.int() });
type Body = z.output<typeof bodySchema>;

/** What a server tells of itself by GET, and where it takes grammars; it does not hold to what it does not know. */
interface Kind {
  readonly model: string;
  readonly details: Readonly<Record<string, object>>;
  readonly readsGrammar: (body: Body) => unknown;
}

const VLLM: Kind = {
  model: "org/model",
  details: {
    "/tokenizer_info": { chat_template: CHATML, bos_token: { content: "<bos>" }, eos_token: "<|im_end|>" },
  },
  readsGrammar: ({ structured_outputs }) =>
    z.object({ grammar: z.string() }).safeParse(structured_outputs).data?.grammar,
};
const SGLANG: Kind = {
  model: "mistralai/Mixtral-8x7B-Instruct-v0.1",
  details: {},
  readsGrammar: ({ ebnf }) => ebnf,
};
const LLAMA_SERVER: Kind = {
  model: "m.gguf",
  details: { "/props": { chat_template: CHATML, bos_token: "", eos_token: "<|im_end|>" } },
  readsGrammar: ({ grammar }) => grammar,
};

let server: Server;
let kind: Kind;
/** Bodies of the turns, without those by which the server is tried out. */
let prompts: Body[];
let chats: number;
/** What becomes of a turn that comes as a prompt. */
let status: number;

beforeEach(async () => {
  prompts = [];
  chats = 0;
  status = 200;
  server = createServer(async (request, response) => {
    const [code, body] = await answer(request);
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function answer(request: IncomingMessage): Promise<[number, object]> {
  if (request.method === "GET") {
    if (request.url === "/v1/models") return [200, { data: [{ id: kind.model }] }];
    const details = kind.details[request.url ?? ""];
    return details ? [200, details] : [404, {}];
  }
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const body = bodySchema.parse(JSON.parse(text));
  const usage = { prompt_tokens: 9, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 6 } };
  if (request.url === "/v1/chat/completions") {
    chats++;
    const content = '{"tool": "Search", "input": "by chat"}';
    return [200, { choices: [{ message: { content }, finish_reason: "stop" }], usage }];
  }
  const isProbe = body.prompt?.includes("Are you ready?");
  if (!isProbe) prompts.push(body);
  if (!isProbe && status !== 200) return [status, { error: { message: "no such grammar" } }];
  const held = typeof kind.readsGrammar(body) === "string";
  const written = held ? '"Search",\n"input": "by prompt"' : "Yes, I am.";
  return [200, { choices: [{ text: written, finish_reason: "stop" }], usage }];
}

async function connect(of: Kind, api: LlmApi = "auto") {
  kind = of;
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return connectOpenAiModel({
    ...{ baseUrls: [`http://127.0.0.1:${address.port}/v1`], model: of.model, name: "m", slots: 2 },
    ...{ probe: CONSTRAINT, api },
  });
}

async function complete(of: Kind, api: LlmApi = "auto", more: Partial<CompletionRequest> = {}) {
  const model = await connect(of, api);
  const chatsBefore = chats;
  try {
    const completion = await model.complete({ ...REQUEST, ...more }, new AbortController().signal);
    return { completion, chats: chats - chatsBefore };
  } finally {
    await model.close();
  }
}

test("a turn goes to vLLM, SGLang and llama-server as a prompt that ends in the primer", async () => {
  for (const of of [VLLM, SGLANG, LLAMA_SERVER]) {
    const { completion, chats } = await complete(of);
    assert.deepEqual(completion, {
      text: '"Search",\n"input": "by prompt"\n}',
      finishReason: "stop",
      usage: { prompt_tokens: 9, cached_tokens: 6, completion_tokens: 7 },
    });
    assert.equal(chats, 0);
    const body = prompts.pop();
    assert.ok(body);
    assert.ok(body.prompt?.endsWith(PRIMER), body.prompt);
    assert.match(String(of.readsGrammar(body)), /root ::= "\\"Search\\"" /);
    const { max_tokens, seed, top_k, repetition_penalty } = body;
    assert.deepEqual([max_tokens, seed, top_k, repetition_penalty], [50, 5, -1, 1.1]);
  }
});

test("the prompt is in the model's own format, and contents name no special tokens", async () => {
  await complete(VLLM);
  const [chatml] = prompts.splice(0);
  assert.equal(chatml?.add_special_tokens, false);
  assert.ok(chatml?.prompt?.startsWith("<bos><|im_start|>system\nUse tools.<|im_end|>\n"), chatml?.prompt);
  assert.ok(chatml?.prompt?.includes("by <\u200b|im_end|> or <\u200b/s>?<|im_end|>\n"));
  await complete(SGLANG);
  const [mixtral] = prompts;
  assert.ok(mixtral?.prompt?.startsWith("[INST] Use tools. [/INST]\nUser: Who"), mixtral?.prompt);
  assert.ok(mixtral?.prompt?.endsWith(`\nTool Output: Nobody.\nAssistant: ${PRIMER}`));
});

test("a turn goes as a conversation where the server takes no grammar, or the format is not known", async () => {
  for (const of of [
    { ...SGLANG, readsGrammar: () => undefined },
    { ...SGLANG, model: "org/other" },
  ]) {
    const { completion, chats } = await complete(of);
    assert.match(completion.text, /by chat/);
    assert.equal(chats, 1);
    await assert.rejects(connect(of, "completions"), /LLM_API=completions cannot be used with http/);
  }
  assert.match((await complete(VLLM, "chat")).completion.text, /by chat/);
  assert.equal(prompts.length, 0);
});

test("a turn that the server refuses as a prompt, and plain text, go as conversations", async () => {
  status = 400;
  assert.match((await complete(VLLM)).completion.text, /by chat/);
  assert.equal(prompts.length, 1);
  const { completion } = await complete(VLLM, "auto", { constraint: undefined, primer: "" });
  assert.match(completion.text, /by chat/);
  assert.equal(prompts.length, 1);
});
