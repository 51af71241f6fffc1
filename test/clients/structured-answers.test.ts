import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type CompletionRequest, OBJECT_CLOSING } from "@bullpen/contracts";
import OpenAI, { toFile } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

let harness: BatchHarness;
let client: OpenAI;

const Weather = z.object({ town: z.string(), degrees: z.number() });
/** A grammar cannot say the bound. */
const Bounded = z.object({ degrees: z.number().min(-90) });

/** A model that calculates before it answers, and answers with the JSON that the question quotes. */
function say({ messages, primer, constraint }: CompletionRequest): string {
  const question = messages.find(({ role }) => role === "user")?.content ?? "";
  const results = messages.filter(({ content }) => /^(?:Error: the answer|-?\d)/.test(content)).length;
  const wasCorrected = messages.some(({ content }) => content.startsWith("Error: the answer"));
  if (question.includes("calculate") && results === 0) return action("Calculator", "output = -3");
  const json = [...question.matchAll(/«(.*?)»/g)].map(([, text]) => text);
  const answer = (wasCorrected ? json[1] : undefined) ?? json[0] ?? "";
  assert.ok(constraint, "the model is held to the format");
  return primer === "" ? answer : `"Final Answer",\n"input": ${answer}${OBJECT_CLOSING}`;
}

before(async () => {
  harness = await startBatchHarness({
    script: (request) => say(request),
    tools: { Calculator: () => ({ observation: "-3", is_error: false }) },
  });
  client = new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none", maxRetries: 0 });
});
after(() => harness.stop());

function asking(content: string) {
  return { model: "scripted", messages: [{ role: "user" as const, content }] };
}

const OSLO = '{ "town": "Oslo", "degrees": -3 }';

test(
  verifies(["openai-clients"], "parse() gives the object of the zod schema, with tools before it"),
  async () => {
    const completion = await client.chat.completions.parse({
      ...asking(`calculate, then say «${OSLO}»`),
      response_format: zodResponseFormat(Weather, "weather"),
    });
    const [choice] = completion.choices;
    assert.deepEqual(choice?.message.parsed, { town: "Oslo", degrees: -3 });
    assert.equal(choice?.message.content, OSLO, "the content is the JSON as it was written");
  },
);

test(
  verifies(["openai-clients"], "a streamed answer is the JSON text, and is parsed at its end"),
  async () => {
    const stream = client.chat.completions.stream({
      ...asking(`say «${OSLO}»`),
      response_format: zodResponseFormat(Weather, "weather"),
    });
    const pieces: string[] = [];
    stream.on("content.delta", ({ delta }) => pieces.push(delta));
    const completion = await stream.finalChatCompletion();
    assert.deepEqual(completion.choices[0]?.message.parsed, { town: "Oslo", degrees: -3 });
    assert.equal(pieces.join(""), OSLO);
    assert.ok(pieces.length > 2, "it comes while it is written");
  },
);

test("an answer that does not fit is corrected once, unseen by who streams it", async () => {
  const question = 'say «{"degrees": -100}» «{"degrees": -3}»';
  const response_format = zodResponseFormat(Bounded, "bounded");
  const whole = await client.chat.completions.parse({ ...asking(question), response_format });
  assert.deepEqual(whole.choices[0]?.message.parsed, { degrees: -3 });
  const streamed = client.chat.completions.stream({ ...asking(question), response_format });
  assert.deepEqual((await streamed.finalChatCompletion()).choices[0]?.message.parsed, { degrees: -3 });
});

test("an answer that does not fit even then fails with its own code", async () => {
  const response_format = zodResponseFormat(Bounded, "bounded");
  const body = { ...asking('say «{"degrees": -100}»'), response_format };
  await assert.rejects(client.chat.completions.create(body), (error) => {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    assert.deepEqual([error.status, error.code], [422, "schema_not_met"]);
    assert.match(error.message, /degrees must be >= -90/);
    return true;
  });
});

test("a last turn that a limit demands obeys the schema, and is parsed like any other", async () => {
  const completion = await client.chat.completions.parse({
    ...asking(`say «${OSLO}»`),
    response_format: zodResponseFormat(Weather, "weather"),
    ...{ bullpen: { max_steps: 1 } },
  });
  assert.deepEqual(completion.choices[0]?.message.parsed, { town: "Oslo", degrees: -3 });
  assert.equal(Reflect.get(completion, "bullpen").forced_by, "max_steps");
});

test("without tools the whole reply is the JSON", async () => {
  for (const response_format of [{ type: "json_object" as const }, zodResponseFormat(Weather, "weather")]) {
    const body = { ...asking(`say «${OSLO}»`), response_format, ...{ bullpen: { tools: [] } } };
    const { choices } = await client.chat.completions.create(body);
    assert.equal(choices[0]?.message.content, OSLO);
    const system = harness.agents.model.requests.at(-1)?.messages[0]?.content ?? "";
    assert.match(
      system,
      /^Reply with a JSON (?:object|value that fits this schema: \{.*\})\. Write nothing else\.$/,
    );
  }
});

test("queries take the same field", async () => {
  const { schema } = zodResponseFormat(Weather, "weather").json_schema;
  const accepted = await harness.api.client.queries.submit({
    query: `say «${OSLO}»`,
    response_format: {
      type: "json_schema",
      json_schema: { name: "weather", schema: schema ?? {}, strict: true },
    },
  });
  const { id } = accepted;
  const view = await until("the query ends", async () => {
    const each = await harness.api.client.queries.get(id);
    return each.finished_at !== null && each;
  });
  assert.equal(view.answer, OSLO);
});

test(verifies(["openai-clients"], "lines of batches too: one that does not fit fails alone"), async () => {
  const strict = zodResponseFormat(Bounded, "bounded");
  const remote = {
    type: "json_schema",
    json_schema: { name: "x", schema: { $ref: "https://example.com/x" } },
  };
  const lines = [
    batchLine("fits", 'calculate «{"degrees": -3}»', { response_format: strict }),
    batchLine("corrected", 'say «{"degrees": -91}» «{"degrees": 4}»', { response_format: strict }),
    batchLine("misfit", 'say «{"degrees": -100}»', { response_format: strict }),
    batchLine("remote", "say «{}»", { response_format: remote }),
  ];
  const file = await toFile(Buffer.from(lines.join("\n")), "input.jsonl");
  const { id: input_file_id } = await client.files.create({ file, purpose: "batch" });
  const endpoint = "/v1/chat/completions";
  const { id } = await client.batches.create({ input_file_id, endpoint, completion_window: "24h" });
  const batch = await until("the batch ends", async () => {
    const each = await client.batches.retrieve(id);
    return each.status === "completed" && each;
  });
  const read = async (fileId = "") =>
    parseJsonl<ResultLine>(await (await client.files.content(fileId)).text());
  assert.deepEqual((await read(batch.output_file_id)).map(answerOf), ['{"degrees": -3}', '{"degrees": 4}']);
  const errors = (await read(batch.error_file_id)).map(({ custom_id, response }) => [
    ...[custom_id, response?.status_code, response?.body.error?.code, response?.body.error?.param],
  ]);
  assert.deepEqual(errors, [
    ["misfit", 422, "schema_not_met", null],
    ["remote", 400, "invalid_request", "response_format.json_schema.schema"],
  ]);
});
