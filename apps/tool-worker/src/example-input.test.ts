import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleInput } from "./example-input.js";
import { createSchemaCheck } from "./schema-check.js";

test("an example has the required properties, and fits the schema", () => {
  const schema = {
    type: "object",
    properties: {
      town: { type: "string", examples: ["Pellworth"] },
      unit: { enum: ["C", "F"] },
      days: { type: "integer", minimum: 3 },
      exact: { type: "boolean" },
      tags: { type: "array", items: { type: "string" } },
      place: { type: "object", properties: { x: { type: "number" } }, required: ["x"] },
      either: { anyOf: [{ type: ["null", "string"] }] },
      note: { type: "string" },
    },
    required: ["town", "unit", "days", "exact", "tags", "place", "either"],
  };
  const example = exampleInput(schema);
  assert.deepEqual(example, {
    town: "Pellworth",
    unit: "C",
    days: 3,
    exact: true,
    tags: ["…"],
    place: { x: 1 },
    either: null,
  });
  assert.equal(createSchemaCheck(schema)(example), undefined);
  assert.deepEqual(exampleInput({}), {});
});

test("a check names what is wrong", () => {
  const check = createSchemaCheck({
    type: "object",
    properties: { days: { type: "integer" } },
    required: ["days"],
  });
  assert.equal(check({ days: 1 }), undefined);
  assert.equal(check({}), "input must have required property 'days'");
  assert.equal(check({ days: 1.5 }), "input/days must be integer");
});
