import assert from "node:assert/strict";
import { test } from "node:test";
import { toBatchLine } from "./question.js";

test("the schema of an answer keeps its nulls, which say nothing elsewhere", () => {
  const schema = { type: "object", properties: { a: { const: null }, b: { enum: ["x", null] } } };
  const response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  const line = toBatchLine({ query: "?", temperature: null, stop: ["\n"], response_format }, "1", {});
  const { custom_id, body } = JSON.parse(line);
  assert.equal(custom_id, "1");
  assert.deepEqual([body.response_format, body.stop], [response_format, ["\n"]]);
  assert.ok(!("temperature" in body));
});
