import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_VALUES } from "@bullpen/contracts";
import { createBatchSchema } from "./batches/batch-request.js";
import { chatRequestSchema } from "./chat/chat-request.js";
import { ApiError } from "./errors.js";
import { parseRequest } from "./parse-request.js";
import { queryRequestSchema } from "./queries/query-request.js";
import { createWebhookEndpointSchema, updateWebhookEndpointSchema } from "./webhooks/webhook-request.js";

const SCHEMAS = {
  chat: [chatRequestSchema, { messages: [{ role: "user", content: "hello" }] }],
  query: [queryRequestSchema, { query: "hello" }],
  batch: [
    createBatchSchema,
    { input_file_id: "file-1", endpoint: "/v1/chat/completions", completion_window: "24h" },
  ],
  webhook: [createWebhookEndpointSchema, { url: "https://example.com/hooks" }],
  change: [updateWebhookEndpointSchema, {}],
} as const;

function nested(depth: number): unknown {
  return JSON.parse("[".repeat(depth) + "]".repeat(depth));
}

function refusalOf(schema: (typeof SCHEMAS)[keyof typeof SCHEMAS][0], value: unknown): ApiError {
  try {
    parseRequest(schema, value);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error(`taken: ${JSON.stringify(value).slice(0, 200)}`);
}

for (const [name, [schema, good]] of Object.entries(SCHEMAS)) {
  test(`${name}: every parameter that may be left out may be null`, () => {
    const absent = parseRequest(schema, good);
    const optional = Object.keys(schema.shape).filter((key) => !(key in good));
    assert.ok(optional.length >= 2);
    const nulls = Object.fromEntries(optional.map((key) => [key, null]));
    assert.deepEqual(parseRequest(schema, { ...good, ...nulls, unheard_of: null }), absent);
  });

  test(`${name}: a parameter that must be there may not be null`, () => {
    for (const key of Object.keys(good)) {
      const error = refusalOf(schema, { ...good, [key]: null });
      assert.equal(error.param, key);
      assert.match(error.message, /must be|is required/);
    }
  });

  test(`${name}: whatever shape a parameter has, it is taken or refused by name in plain words`, () => {
    const shapes: unknown[] = [
      true,
      -1,
      1.5,
      1e308,
      Number.POSITIVE_INFINITY,
      "",
      "x".repeat(100_000),
      "a\0b",
      "a\ud800b",
      [],
      [[]],
      [null],
      {},
      { a: { b: 1 } },
      nested(99),
      nested(101),
      nested(100_000),
      JSON.parse('{"__proto__":{"a":1}}'),
      { constructor: 1 },
      Array.from({ length: MAX_VALUES + 1 }, () => 0),
      Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key-${i}`, null])),
    ];
    for (const key of [...Object.keys(schema.shape), "unheard_of", "x".repeat(100_000)]) {
      for (const shape of shapes) {
        try {
          parseRequest(schema, { ...good, [key]: shape });
        } catch (error) {
          assert.ok(error instanceof ApiError, `${key}: ${error}`);
          assert.equal(error.param?.split(/[.[]/)[0]?.slice(0, 20), key.slice(0, 20), error.message);
          assert.ok(error.message.length < 400, error.message);
          assert.doesNotMatch(error.message, /Invalid input|Too (big|small)|received|expected|Unrecognized/);
        }
      }
    }
  });
}

test("null is absent also inside: parts of messages, limits, notes", () => {
  const request = parseRequest(chatRequestSchema, {
    messages: [{ role: "user", content: [{ type: "text", text: "hello", cache_control: null }], name: null }],
    metadata: { kept: "yes", dropped: null },
    stream_options: { include_usage: null },
    bullpen: { tools: null, max_steps: null, timeout_seconds: null },
  });
  assert.deepEqual(request.messages, [{ role: "user", content: "hello" }]);
  assert.deepEqual(request.metadata, { kept: "yes" });
  assert.equal(request.bullpen.max_steps, 10);
});

test("a key __proto__ is refused by name, not lost", () => {
  const body = JSON.parse('{"query":"hello","metadata":{"__proto__":"x"}}');
  assert.equal(refusalOf(queryRequestSchema, body).param, "metadata.__proto__");
  assert.equal(refusalOf(queryRequestSchema, JSON.parse('{"query":"x","__proto__":1}')).param, "__proto__");
});

test("text that is not well-formed is refused in every place", () => {
  for (const text of ["\ud800", "a\udc00", "\0"]) {
    assert.equal(refusalOf(queryRequestSchema, { query: `what${text}?` }).param, "query");
    assert.equal(refusalOf(queryRequestSchema, { query: "what?", custom_id: text }).param, "custom_id");
    assert.equal(
      refusalOf(queryRequestSchema, { query: "what?", metadata: { a: text } }).param,
      "metadata.a",
    );
  }
});

test("a part of a message that is not text is named with its place", () => {
  const content = [
    { type: "text", text: "what is it?" },
    { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
  ];
  const error = refusalOf(chatRequestSchema, { messages: [{ role: "user", content }] });
  assert.equal(error.param, "messages[0].content[1].type");
  assert.match(error.message, /is "image_url", which cannot be read here/);
});

test("a field of Bullpen's own that is given beside OpenAI's is told its place", () => {
  const messages = [{ role: "user", content: "x" }];
  const told = (extra: object) => refusalOf(chatRequestSchema, { messages, ...extra }).message;
  for (const key of ["votes", "max_steps", "on_limit"])
    assert.equal(told({ [key]: 3 }), `${key} is not a parameter of this request. Give it as bullpen.${key}.`);
  assert.equal(told({ vote: 3 }), "vote is not a parameter of this request.");
  assert.equal(
    refusalOf(queryRequestSchema, { query: "x", vote: 3 }).message,
    "vote is not a parameter of this request.",
  );
});
