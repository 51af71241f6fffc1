import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ModelRegistry } from "@bullpen/queue";
import OpenAI, { toFile } from "openai";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

let harness: BatchHarness;
let client: OpenAI;
const folder = await mkdtemp(join(tmpdir(), "bullpen-client-"));

before(async () => {
  harness = await startBatchHarness({
    script: async ({ messages }, _call, signal) => {
      const question = messages.findLast((message) => message.role === "user")?.content ?? "";
      if (question.startsWith("hang")) {
        await untilAborted(signal);
      }
      const observation = messages.findLast((message) => message.role === "tool")?.content;
      if (question.startsWith("count") && !observation)
        return action("Calculator", `output = ${question.slice(6)}`);
      return finalAnswer(observation ? `It is ${observation}.` : `You said: ${question}`);
    },
    tools: { Calculator: (job) => ({ observation: job.input.replace("output = ", ""), is_error: false }) },
  });
  client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none" });
});
after(async () => {
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

async function upload(lines: readonly string[]): Promise<OpenAI.FileObject> {
  return client.files.create({
    file: await toFile(Buffer.from(lines.join("\n")), "input.jsonl"),
    purpose: "batch",
  });
}

async function createBatch(lines: readonly string[]): Promise<OpenAI.Batch> {
  const { id } = await upload(lines);
  return client.batches.create({
    input_file_id: id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
  });
}

function ended(id: string): Promise<OpenAI.Batch> {
  return until(`${id} ends`, async () => {
    const batch = await client.batches.retrieve(id);
    return ["completed", "failed", "expired", "cancelled"].includes(batch.status) && batch;
  });
}

async function download(fileId: string | null | undefined): Promise<ResultLine[]> {
  assert.ok(fileId);
  return parseJsonl<ResultLine>(await (await client.files.content(fileId)).text());
}

test(
  verifies(
    ["openai-clients", "batch-lines-once"],
    "upload, create, poll, download: results match by custom_id, in input order",
  ),
  async () => {
    const path = join(folder, "questions.jsonl");
    const lines = Array.from({ length: 25 }, (_, i) => batchLine(`line-${i}`, `count ${i}`));
    await writeFile(path, `${lines.join("\n")}\n`);
    const input = await client.files.create({ file: createReadStream(path), purpose: "batch" });
    assert.equal(input.filename, "questions.jsonl");
    assert.equal(input.status, "processed");
    const { id } = await client.batches.create({
      input_file_id: input.id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
      metadata: { night: "1" },
    });
    const batch = await ended(id);
    assert.equal(batch.status, "completed");
    assert.deepEqual(batch.request_counts, { total: 25, completed: 25, failed: 0 });
    assert.deepEqual(batch.metadata, { night: "1" });
    assert.equal(batch.model, "scripted");
    assert.ok((batch.usage?.total_tokens ?? 0) > 0);
    assert.equal(batch.error_file_id, null);
    const results = await download(batch.output_file_id);
    assert.deepEqual(
      results.map((line) => [line.custom_id, answerOf(line)]),
      lines.map((_, i) => [`line-${i}`, `It is ${i}.`]),
    );
    assert.equal(results[3]?.response?.body.bullpen?.steps[0]?.tool_name, "Calculator");
    assert.equal((await client.files.retrieve(batch.output_file_id ?? "")).purpose, "batch_output");
  },
);

test(verifies(["openai-clients"], "a bad parameter fails its line alone, in the error file"), async () => {
  const { id } = await createBatch([
    batchLine("good", "hello"),
    batchLine("hot", "hello", { temperature: 7 }),
    batchLine("tooled", "hello", { tools: [{ type: "function", function: { name: "f g" } }] }),
    batchLine("many", "hello", { n: 99 }),
    batchLine("last", "bye"),
  ]);
  const batch = await ended(id);
  assert.deepEqual(batch.request_counts, { total: 5, completed: 2, failed: 3 });
  const errors = await download(batch.error_file_id);
  assert.deepEqual(
    errors.map((line) => [line.custom_id, line.response?.status_code, line.response?.body.error?.param]),
    [
      ["hot", 400, "temperature"],
      ["tooled", 400, "tools[0].function.name"],
      ["many", 400, "n"],
    ],
  );
  assert.deepEqual((await download(batch.output_file_id)).map(answerOf), [
    "You said: hello",
    "You said: bye",
  ]);
});

test(
  verifies(["openai-clients"], "an input with bad lines is refused as a whole, each line named"),
  async () => {
    const { id } = await createBatch([
      batchLine("a", "hello"),
      "{not json",
      batchLine("a", "again"),
      batchLine("b", "hello").replace("/v1/chat/completions", "/v1/embeddings"),
      batchLine("c", "hello", { model: "gpt-9" }),
    ]);
    const batch = await ended(id);
    assert.equal(batch.status, "failed");
    assert.deepEqual(
      batch.errors?.data?.map((error) => [error.line, error.code]),
      [
        [2, "invalid_json_line"],
        [3, "duplicate_custom_id"],
        [4, "url_mismatch"],
        [5, "model_not_found"],
      ],
    );
  },
);

test(verifies(["openai-clients"], "lists go on by themselves, newest first"), async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.unshift((await createBatch([batchLine("x", `hello ${i}`)])).id);
  const listed: string[] = [];
  for await (const batch of client.batches.list({ limit: 2 })) listed.push(batch.id);
  assert.deepEqual(listed.slice(0, 5), made);
  const files: string[] = [];
  for await (const file of client.files.list({ limit: 3, purpose: "batch" })) files.push(file.id);
  assert.ok(files.length >= 5);
  assert.deepEqual(files, files.toSorted().reverse());
});

test(verifies(["openai-clients"], "cancel keeps what has ended and names the rest"), async () => {
  const { id } = await createBatch([
    ...Array.from({ length: 10 }, (_, i) => batchLine(`quick-${i}`, `hello ${i}`)),
    ...Array.from({ length: 10 }, (_, i) => batchLine(`slow-${i}`, `hang ${i}`)),
  ]);
  await until("the first chunk ends", async () => {
    const { request_counts } = await client.batches.retrieve(id);
    return request_counts?.completed === 10;
  });
  assert.equal((await client.batches.cancel(id)).status, "cancelling");
  const batch = await ended(id);
  assert.equal(batch.status, "cancelled");
  assert.deepEqual(batch.request_counts, { total: 20, completed: 10, failed: 10 });
  assert.equal((await download(batch.output_file_id)).length, 10);
  assert.deepEqual(
    (await download(batch.error_file_id)).map((line) => [line.custom_id, line.error?.code]),
    Array.from({ length: 10 }, (_, i) => [`slow-${i}`, "batch_cancelled"]),
  );
  await assert.rejects(client.batches.cancel(id), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "already_finished");
    return true;
  });
});

test(verifies(["openai-clients"], "a deleted file is gone"), async () => {
  const { id } = await upload([batchLine("a", "hello")]);
  assert.deepEqual(await client.files.delete(id), { id, object: "file", deleted: true });
  await assert.rejects(client.files.retrieve(id), OpenAI.NotFoundError);
});

test(verifies(["openai-clients"], "chat, whole and streamed, with its trace and usage"), async () => {
  const question: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model: "scripted",
    messages: [{ role: "user", content: "count 7" }],
  };
  const whole = await client.chat.completions.create(question);
  assert.equal(whole.choices[0]?.message.content, "It is 7.");
  assert.equal(whole.choices[0]?.finish_reason, "stop");
  const stream = await client.chat.completions.create({
    ...question,
    stream: true,
    stream_options: { include_usage: true },
  });
  const pieces: string[] = [];
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
    usage = chunk.usage ?? usage;
  }
  assert.deepEqual(pieces, ["It ", "is ", "7."], "word by word, as the model writes");
  assert.ok((usage?.total_tokens ?? 0) > 0);
});

test(verifies(["openai-clients"], "a conversation goes on by pushing each answer back"), async () => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  for (let turn = 0; turn < 10; turn++) {
    messages.push({ role: "user", content: `hello ${turn}` });
    const { choices } = await client.chat.completions.create({ model: "scripted", messages });
    assert.equal(choices[0]?.message.content, `You said: hello ${turn}`);
    if (choices[0]) messages.push(choices[0].message);
  }
  const streamed = client.chat.completions.stream({ model: "scripted", messages: messages.slice(0, 1) });
  messages.push(await streamed.finalMessage(), { role: "user", content: "and now?" });
  const { choices } = await client.chat.completions.create({ model: "scripted", messages });
  assert.equal(choices[0]?.message.content, "You said: and now?");
});

test(verifies(["openai-clients"], "parameters that OpenAI lets be null may be"), async () => {
  const { choices } = await client.chat.completions.create({
    model: "scripted",
    messages: [{ role: "user", content: "hello" }],
    ...{ frequency_penalty: null, logit_bias: null, logprobs: null, max_completion_tokens: null },
    ...{ max_tokens: null, metadata: null, modalities: null, n: null, prediction: null, audio: null },
    ...{ presence_penalty: null, reasoning_effort: null, seed: null, service_tier: null, stop: null },
    ...{ store: null, stream: null, stream_options: null, temperature: null, top_logprobs: null },
    ...{ top_p: null, verbosity: null },
  });
  assert.equal(choices[0]?.message.content, "You said: hello");
});

test(verifies(["openai-clients"], "models are listed, and found by their names"), async () => {
  const registry = new ModelRegistry(harness.agents.redis.connection);
  await registry.register({ name: "scripted", context_tokens: 4_096 });
  const models: OpenAI.Model[] = [];
  for await (const model of client.models.list()) models.push(model);
  assert.deepEqual(
    models.map((model) => [model.id, model.object]),
    [["scripted", "model"]],
  );
  const model = await client.models.retrieve("scripted");
  assert.deepEqual(model, models[0]);
  await registry.register({ name: "scripted", context_tokens: 4_096 });
  assert.equal((await client.models.retrieve("scripted")).created, model.created, "it stays as old as it is");
  for (const name of ["nope", "some/nested/name", "50% off"]) {
    await assert.rejects(client.models.retrieve(name), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError, String(error));
      assert.equal(error.code, "model_not_found");
      return true;
    });
  }
});
