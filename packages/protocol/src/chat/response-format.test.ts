import assert from "node:assert/strict";
import { test } from "node:test";
import { type AcceptOptions, acceptQuery } from "../queries/accept-query.js";
import { acceptChat } from "./accept-chat.js";
import { toChatResult } from "./chat-completion.js";

const OPTIONS: AcceptOptions = {
  tenant: "default",
  class: "interactive",
  defaultModel: "demo",
  knownModels: new Set(["demo"]),
  knownTools: ["Calculator"],
};

/** The format of the job that chats and queries make of a request alike, or their refusal. */
function formatOf(response_format: unknown) {
  const messages = [{ role: "user", content: "hello" }];
  const take = (accept: () => unknown) => {
    try {
      return accept();
    } catch (error) {
      return String(error);
    }
  };
  const chat = take(() => acceptChat({ messages, response_format }, OPTIONS).job.response_format);
  const query = take(() => acceptQuery({ query: "hello", response_format }, "", OPTIONS).response_format);
  assert.deepEqual(chat, query);
  return chat;
}

function withSchema(schema: unknown, more: object = {}) {
  return { type: "json_schema", json_schema: { name: "answer", schema, ...more } };
}

test("text is asked for by saying nothing", () => {
  for (const format of [undefined, null, { type: "text" }]) assert.equal(formatOf(format), undefined);
});

test("any object, or JSON of a schema", () => {
  assert.deepEqual(formatOf({ type: "json_object" }), {
    name: "json_object",
    schema: { type: "object" },
    strict: true,
  });
  const schema = {
    type: "object",
    properties: { a: { enum: ["x", null] }, b: { const: null, default: null } },
  };
  assert.deepEqual(formatOf(withSchema(schema, { strict: true, description: null })), {
    name: "answer",
    schema,
    strict: true,
  });
  assert.deepEqual(formatOf(withSchema(undefined)), {
    ...{ name: "answer", schema: { type: "object" }, strict: false },
  });
  assert.deepEqual(formatOf(withSchema({}, { strict: null, description: "What?" })), {
    ...{ name: "answer", description: "What?", schema: {}, strict: false },
  });
});

test("what cannot be supported is refused by its field, with the limit and the remedy", () => {
  const refusals: [format: unknown, message: RegExp][] = [
    ["json", /response_format: must be \{type: "text"\}/],
    [{ type: "xml" }, /response_format(\.type)?: must be/],
    [{ type: "json_schema" }, /response_format\.json_schema: is required/],
    [{ type: "json_schema", json_schema: { schema: {} } }, /json_schema\.name: is required/],
    [withSchema({}, { name: "my answer" }), /json_schema\.name: must have 1 to 64 characters/],
    [withSchema(true), /json_schema\.schema: must be an object/],
    [withSchema({ type: "text" }), /schema: is not a valid JSON Schema \(schema\/type/],
    [withSchema({ $ref: "https://example.com/x" }), /schema: refers to what is not in it: only \$ref/],
    [
      withSchema({ title: "x".repeat(40_000) }),
      /schema: has \d+ characters as JSON; at most 32000 are taken: shorten/,
    ],
    [withSchema({ pattern: "(" }), /schema: is not a valid JSON Schema/],
    [withSchema({}, { strict: "yes" }), /json_schema\.strict: must be true or false/],
  ];
  for (const [format, message] of refusals) assert.match(String(formatOf(format)), message);
});

test("an answer that does not fit is an error of the request, with its own code", () => {
  const { job } = acceptChat(
    { messages: [{ role: "user", content: "?" }], response_format: withSchema({}) },
    OPTIONS,
  );
  const result = toChatResult({
    ...{ id: "query_000000000000000000000000", job, transcript: { steps: [], end: undefined } },
    outcome: { status: "failed", error: { code: "schema_not_met", message: "No." } },
    ...{ createdAt: 0, finishedAt: 1 },
  });
  assert.ok("failure" in result);
  assert.deepEqual([result.failure.status, result.failure.body.error.code], [422, "schema_not_met"]);
});
