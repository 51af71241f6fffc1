import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { BatchView } from "@bullpen/client";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

let harness: BatchHarness;
before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine") });
});
after(() => harness.stop());

async function run(content: Buffer | string): Promise<BatchView> {
  const { client } = harness;
  const { id } = await client.files.upload(content, { filename: "hostile.jsonl" });
  const batch = await client.batches.create({ input_file_id: id });
  return until(`${batch.id} ends`, async () => {
    const now = await client.batches.get(batch.id);
    return ["completed", "failed"].includes(now.status) && now;
  });
}

const good = (id: string) => batchLine(id, "hello");
const goodObject = {
  custom_id: "x",
  method: "POST",
  url: "/v1/chat/completions",
  body: { model: "scripted" },
};
const withField = (field: object) => JSON.stringify({ ...goodObject, ...field });
const without = (field: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(goodObject).filter(([name]) => name !== field)));
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** Lines that make a batch fail, each with the code under which it must be named. */
const BAD_LINES: readonly (readonly [string, string | Buffer, string])[] = [
  ["an open brace", "{", "invalid_json_line"],
  ["a closing brace too many", `${good("a")}}`, "invalid_json_line"],
  ["two objects", `${good("a")}${good("b")}`, "invalid_json_line"],
  ["a trailing comma", '{"custom_id":"a",}', "invalid_json_line"],
  ["single quotes", "{'custom_id':'a'}", "invalid_json_line"],
  ["a comment", `${good("a")} // why not`, "invalid_json_line"],
  ["NaN", withField({ body: {} }).replace("{}", '{"temperature":NaN}'), "invalid_json_line"],
  ["an unquoted key", "{custom_id:1}", "invalid_json_line"],
  ["a cut line", good("a").slice(0, 40), "invalid_json_line"],
  ["a cut escape", '{"custom_id":"\\u12"}', "invalid_json_line"],
  ["a raw NUL", `${good("a").slice(0, 20)}\0${good("a").slice(20)}`, "invalid_json_line"],
  ["a raw tab in a text", '{"custom_id":"a\tb"}', "invalid_json_line"],
  ["XML", "<line/>", "invalid_json_line"],
  ["CSV", "a,b,c", "invalid_json_line"],
  ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "invalid_json_line"],
  ["half a UTF-8 letter", Buffer.from([0x22, 0xc3, 0x22]), "invalid_json_line"],
  ["UTF-16", Buffer.from(good("utf16"), "utf16le"), "invalid_json_line"],
  ["a line of 2 MiB", good("long").replace("hello", "x".repeat(2 ** 21)), "invalid_json_line"],
  ["a byte order mark in the middle", `\ufeff${good("bom")}`, "invalid_json_line"],
  ["deep nesting, open", "[".repeat(500_000), "invalid_json_line"],
  ["deep nesting", nested(100_000), "invalid_request"],
  ["a text", '"hello"', "invalid_request"],
  ["a number", "7", "invalid_request"],
  ["null", "null", "invalid_request"],
  ["true", "true", "invalid_request"],
  ["an array", "[]", "invalid_request"],
  ["an empty object", "{}", "invalid_request"],
  ["no custom_id", without("custom_id"), "invalid_request"],
  ["no method", without("method"), "invalid_request"],
  ["no url", without("url"), "invalid_request"],
  ["no body", without("body"), "invalid_request"],
  ["an empty custom_id", withField({ custom_id: "" }), "invalid_request"],
  ["a custom_id of 513 characters", withField({ custom_id: "x".repeat(513) }), "invalid_request"],
  ["a number as custom_id", withField({ custom_id: 7 }), "invalid_request"],
  ["null as custom_id", withField({ custom_id: null }), "invalid_request"],
  ["an object as custom_id", withField({ custom_id: {} }), "invalid_request"],
  ["a lone surrogate in custom_id", withField({ custom_id: "a\ud800" }), "invalid_request"],
  ["GET", withField({ method: "GET" }), "invalid_request"],
  ["post in lower case", withField({ method: "post" }), "invalid_request"],
  ["a number as url", withField({ url: 7 }), "invalid_request"],
  ["a text as body", withField({ body: "hello" }), "invalid_request"],
  ["an array as body", withField({ body: [] }), "invalid_request"],
  ["null as body", withField({ body: null }), "invalid_request"],
  ["another endpoint", withField({ custom_id: "u1", url: "/v1/embeddings" }), "url_mismatch"],
  ["a whole url", withField({ custom_id: "u2", url: "http://x/v1/chat/completions" }), "url_mismatch"],
  [
    "a url with a slash too many",
    withField({ custom_id: "u3", url: "/v1/chat/completions/" }),
    "url_mismatch",
  ],
  ["an empty url", withField({ custom_id: "u4", url: "" }), "url_mismatch"],
  ["a path that climbs", withField({ custom_id: "u5", url: "/v1/../v1/chat/completions" }), "url_mismatch"],
  ["an unknown model", withField({ custom_id: "m1", body: { model: "gpt-9" } }), "model_not_found"],
  ["a number as model", withField({ custom_id: "m2", body: { model: 7 } }), "model_not_found"],
  ["null as model", withField({ custom_id: "m3", body: { model: { a: 1 } } }), "model_not_found"],
  ["an empty model", withField({ custom_id: "m4", body: { model: "" } }), "model_not_found"],
  ["a model with a path", withField({ custom_id: "m5", body: { model: "../demo" } }), "model_not_found"],
  ["a custom_id a second time", good("first"), "duplicate_custom_id"],
  [
    "a custom_id a second time, written otherwise",
    good("first").replace("first", "\\u0066irst"),
    "duplicate_custom_id",
  ],
];

test(
  verifies(["hostile-input"], `${BAD_LINES.length} kinds of bad lines are each named with number and code`),
  async () => {
    const lines = [Buffer.from(good("first")), ...BAD_LINES.map(([, line]) => Buffer.from(line as string))];
    // A line feed's second byte would end a UTF-16 line early; there is none in it.
    const content = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
    const batch = await run(content);
    assert.equal(batch.status, "failed");
    const found = new Map(batch.errors?.data?.map((error) => [error.line, error]));
    for (const [i, [what, , code]] of BAD_LINES.entries()) {
      const error = found.get(i + 2);
      assert.equal(error?.code, code, `${what}: ${JSON.stringify(error)}`);
      assert.ok((error?.message ?? "").length > 20 && (error?.message ?? "").length < 400, what);
    }
    assert.equal(found.size, BAD_LINES.length, "and nothing else");
  },
);

/** Bodies that fail their line alone, each with the parameter that must be named. */
const BAD_BODIES: readonly (readonly [object, string])[] = [
  [{ messages: undefined }, "messages"],
  [{ messages: [] }, "messages"],
  [{ messages: "hello" }, "messages"],
  [{ messages: {} }, "messages"],
  [{ messages: [7] }, "messages[0]"],
  [{ messages: [{}] }, "messages[0].role"],
  [{ messages: [{ role: "user" }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: null }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: 7 }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: "" }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: "  \n" }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: [] }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: "a\ud800b" }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: "a\u0000b" }] }, "messages[0].content"],
  [{ messages: [{ role: "user", content: "x".repeat(40_000) }] }, "messages[0].content"],
  [
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
    "messages[0].content[0].type",
  ],
  [{ messages: [{ role: "robot", content: "hello" }] }, "messages[0].role"],
  [{ messages: [{ role: "tool", content: "hello" }] }, "messages[0].role"],
  [{ messages: [{ role: "user", content: "hello", colour: "red" }] }, "messages[0].colour"],
  [{ messages: Array.from({ length: 501 }, () => ({ role: "user", content: "hello" })) }, "messages"],
  [
    { messages: Array.from({ length: 3 }, () => ({ role: "user", content: "x".repeat(20_000) })) },
    "messages",
  ],
  [{ temperature: -1 }, "temperature"],
  [{ temperature: 2.1 }, "temperature"],
  [{ temperature: "hot" }, "temperature"],
  [{ temperature: [] }, "temperature"],
  [{ top_p: -0.1 }, "top_p"],
  [{ top_p: 1.1 }, "top_p"],
  [{ top_k: -2 }, "top_k"],
  [{ top_k: 1.5 }, "top_k"],
  [{ seed: 1.5 }, "seed"],
  [{ seed: 2 ** 65 }, "seed"],
  [{ max_tokens: 0 }, "max_tokens"],
  [{ max_tokens: 1.5 }, "max_tokens"],
  [{ max_tokens: "many" }, "max_tokens"],
  [{ max_completion_tokens: -5 }, "max_completion_tokens"],
  [{ n: 1_000 }, "n"],
  [{ n: "2" }, "n"],
  [{ tools: [{ type: "function", function: { name: "f g" } }] }, "tools[0].function.name"],
  [
    { tools: [{ type: "function", function: { name: "f", parameters: [] } }] },
    "tools[0].function.parameters",
  ],
  [{ tool_choice: "required" }, "tool_choice"],
  [{ functions: [{ name: "f" }] }, "functions"],
  [{ function_call: { name: "f" } }, "function_call"],
  [{ response_format: { type: "xml" } }, "response_format.type"],
  [{ response_format: { type: "json_schema", json_schema: {} } }, "response_format.json_schema.name"],
  [{ logprobs: true }, "logprobs"],
  [{ top_logprobs: 5 }, "top_logprobs"],
  [{ logit_bias: { 7: 1_000 } }, "logit_bias.7"],
  [{ frequency_penalty: 3 }, "frequency_penalty"],
  [{ presence_penalty: -3 }, "presence_penalty"],
  [{ stop: [7] }, "stop[0]"],
  [{ modalities: ["audio"] }, "modalities"],
  [{ reasoning_effort: 7 }, "reasoning_effort"],
  [{ verbosity: "low" }, "verbosity"],
  [{ stream: "yes" }, "stream"],
  [{ user: 7 }, "user"],
  [{ metadata: { a: 1 } }, "metadata.a"],
  [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, "x"])) }, "metadata"],
  [{ audio: {} }, "audio"],
  [{ __proto__x: 1 }, "__proto__x"],
  [{ bullpen: { tools: ["Hammer"] } }, "bullpen.tools[0]"],
  [{ bullpen: { max_steps: 0 } }, "bullpen.max_steps"],
  [{ bullpen: { max_total_tokens: -1 } }, "bullpen.max_total_tokens"],
  [{ bullpen: { timeout_seconds: 0 } }, "bullpen.timeout_seconds"],
  [{ bullpen: { on_limit: "stop" } }, "bullpen.on_limit"],
  [{ bullpen: { guards: { repeats: "no" } } }, "bullpen.guards.repeats"],
  [{ bullpen: { guards: { everything: false } } }, "bullpen.guards.everything"],
  [{ bullpen: { guards: false } }, "bullpen.guards"],
  [{ bullpen: { speed: 11 } }, "bullpen.speed"],
  [{ bullpen: "fast" }, "bullpen"],
];

test(
  verifies(
    ["hostile-input"],
    `${BAD_BODIES.length} kinds of bad bodies fail their line alone and name the parameter`,
  ),
  async () => {
    const lines = BAD_BODIES.map(([body], i) => batchLine(`bad-${i}`, "hello", body));
    const batch = await run([good("first"), ...lines, good("last")].join("\n"));
    assert.equal(batch.status, "completed");
    assert.deepEqual(batch.request_counts, { total: lines.length + 2, completed: 2, failed: lines.length });
    const text = await harness.client.files.text(batch.error_file_id ?? "");
    const errors = parseJsonl<ResultLine>(text);
    for (const [i, [body, param]] of BAD_BODIES.entries()) {
      const { status_code, body: said } = errors[i]?.response ?? {};
      const what = `${JSON.stringify(body).slice(0, 80)}: ${JSON.stringify(said)}`;
      assert.equal(said?.error?.param, param, what);
      assert.equal(status_code, 400, what);
      assert.ok(said?.error?.message.includes(param) && said.error.message.length < 400, what);
    }
  },
);

/** Files that are odd and right. */
const ODD_FILES: readonly (readonly [string, string | Buffer, number])[] = [
  ["a byte order mark", `\ufeff${good("a")}\n`, 1],
  ["CRLF", `${good("a")}\r\n${good("b")}\r\n`, 2],
  ["no newline at the end", good("a"), 1],
  ["blank lines", `\n\n${good("a")}\n   \n\r\n${good("b")}\n\n`, 2],
  ["spaces around", `   ${good("a")}   \n`, 1],
  ["letters of all scripts", batchLine("日本-ü-🐂", "何ですか? 🐂"), 1],
  ["a custom_id of 512 characters", batchLine("x".repeat(512), "hello"), 1],
  ["a custom_id like a path", batchLine("../../etc/passwd", "hello"), 1],
  [
    "a custom_id like an object's own",
    `${batchLine("__proto__", "hello")}\n${batchLine("constructor", "hi")}`,
    2,
  ],
  ["a key twice in a line", good("a").replace("{", '{"custom_id":"other",'), 1],
  ["a question of 30,000 letters", batchLine("a", "x".repeat(30_000)), 1],
  ["a question in the words of the prompt", batchLine("a", "[/INST] </s> Tool Output: <s>[INST]"), 1],
  ["deep nesting where nobody looks", good("a").replace('"body"', `"extra":${nested(50_000)},"body"`), 1],
  ["2,000 lines that are blank", `${good("a")}${"\n".repeat(2_000)}${good("b")}`, 2],
];

for (const [what, content, lines] of ODD_FILES) {
  test(verifies(["hostile-input"], `taken as it is: ${what}`), async () => {
    const batch = await run(content);
    assert.equal(batch.status, "completed", JSON.stringify(batch.errors));
    assert.deepEqual(batch.request_counts, { total: lines, completed: lines, failed: 0 });
  });
}

/** Files that are refused as a whole. */
const BAD_FILES: readonly (readonly [string, string | Buffer, string])[] = [
  ["blank lines alone", "\n \n\r\n\n", "empty_batch"],
  ["a byte order mark alone", "\ufeff", "empty_batch"],
  ["a gzip file", gzipSync(good("a")), "invalid_json_line"],
  ["a gzip bomb", gzipSync(Buffer.alloc(50_000_000, "a")), "invalid_json_line"],
  ["a PNG's head", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"), "invalid_json_line"],
  ["one JSON array", `[${good("a")},${good("b")}]`, "invalid_request"],
  ["JSON over several lines", JSON.stringify(JSON.parse(good("a")), null, 2), "invalid_json_line"],
  ["two models", `${good("a")}\n${good("b").replace('"scripted"', '"other"')}`, "model_not_found"],
];

for (const [what, content, code] of BAD_FILES) {
  test(verifies(["hostile-input"], `refused: ${what}`), async () => {
    const batch = await run(content);
    assert.equal(batch.status, "failed");
    assert.equal(batch.errors?.data?.[0]?.code, code, JSON.stringify(batch.errors));
  });
}

test(
  verifies(["hostile-input"], "of more than 1,000 errors the first 1,000 are named, and how many there are"),
  async () => {
    const batch = await run("{\n".repeat(3_000));
    assert.equal(batch.errors?.data?.length, 1_001);
    assert.match(batch.errors?.data?.at(-1)?.message ?? "", /3000 errors/);
  },
);
