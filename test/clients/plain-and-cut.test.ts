import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { RefusedRequestError } from "@bullpen/contracts";
import OpenAI, { toFile } from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

const CUT = { finishReason: "length" as const };
const ANSWER = "Once upon\na “time” 🐂";

let harness: BatchHarness;
let client: OpenAI;

before(async () => {
  harness = await startBatchHarness({
    script: ({ messages, constraint }) => {
      const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
      if (question === "refused") return new RefusedRequestError("The template refuses this conversation.");
      const cut = question.startsWith("cut");
      if (!constraint) return cut ? { text: ANSWER, ...CUT } : ANSWER;
      if (question === "cut call") return { text: '"Calculator",\n"input": "output = 1', ...CUT };
      return { text: `"Final Answer",\n"input": ${JSON.stringify(ANSWER).slice(0, -1)}`, ...CUT };
    },
  });
  client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none" });
});
after(() => harness.stop());

interface Asked {
  readonly question: string;
  /** Default: all. */
  readonly tools?: readonly string[];
  readonly max_tokens?: number;
}

function bodyOf({ question, tools, max_tokens }: Asked) {
  return {
    model: "scripted",
    messages: [{ role: "user" as const, content: question }],
    ...(max_tokens !== undefined && { max_tokens }),
    ...(tools && { bullpen: { tools } }),
  };
}

/** What comes of a question: asked whole, as a stream, and as a line of a batch. */
async function everyWay(asked: Asked): Promise<{ content: string; finish: string | undefined }[]> {
  const body = bodyOf(asked);
  const whole = await client.chat.completions.create(body);
  let content = "";
  let finish: string | undefined;
  for await (const { choices } of await client.chat.completions.create({ ...body, stream: true })) {
    content += choices[0]?.delta.content ?? "";
    finish = choices[0]?.finish_reason ?? finish;
  }
  const completion = await inBatch(asked);
  return [
    ...[whole, completion].map(({ choices: [choice] }) => ({
      content: choice?.message.content ?? "",
      finish: choice?.finish_reason,
    })),
    { content, finish },
  ];
}

async function inBatch(asked: Asked): Promise<OpenAI.ChatCompletion> {
  const file = await toFile(Buffer.from(batchLine("a", asked.question, bodyOf(asked))), "input.jsonl");
  const { id } = await client.files.create({ file, purpose: "batch" });
  const batch = await client.batches.create({
    input_file_id: id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
  const ended = await until("the batch ends", async () => {
    const now = await client.batches.retrieve(batch.id);
    return now.status === "completed" && now;
  });
  const output = await client.files.content(ended.output_file_id ?? ended.error_file_id ?? "");
  const [line] = parseJsonl<{ response: { body: OpenAI.ChatCompletion } }>(await output.text());
  assert.ok(line);
  return line.response.body;
}

function assertAll(ways: readonly object[], expected: { content: string; finish: string }): void {
  assert.equal(ways.length, 3);
  for (const way of ways) assert.deepEqual(way, expected);
}

test(
  verifies(["plain-chat"], "without tools a chat, a stream and a batch give the model's own text"),
  async () => {
    assertAll(await everyWay({ question: "tell", tools: [] }), { content: ANSWER, finish: "stop" });
  },
);

test(
  verifies(
    ["agent-cut-off"],
    "what max_tokens cuts off is answered with finish_reason length, whichever way it is asked",
  ),
  async () => {
    const cut = { content: ANSWER, finish: "length" };
    assertAll(await everyWay({ question: "cut text", tools: [], max_tokens: 8 }), cut);
    assertAll(await everyWay({ question: "cut answer", max_tokens: 16 }), cut);
    assertAll(await everyWay({ question: "cut call", max_tokens: 16 }), { content: "", finish: "length" });
  },
);

test("a conversation that the model can never take is refused at once, and for good", async () => {
  const asked = harness.agents.model.calls;
  await assert.rejects(client.chat.completions.create(bodyOf({ question: "refused" })), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.match(error.message, /template refuses this conversation/);
    return error.code === "invalid_request";
  });
  assert.equal(harness.agents.model.calls, asked + 1);
});
