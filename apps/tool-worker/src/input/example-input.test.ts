import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonSchema } from "@bullpen/contracts";
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

/** Schemas of one required property, by what they are about. */
const VALUES: Record<string, JsonSchema> = {
  "minLength 1": { type: "string", minLength: 1 },
  "minLength 3": { type: "string", minLength: 3 },
  "minLength 50, maxLength 51": { type: "string", minLength: 50, maxLength: 51 },
  "maxLength 0": { type: "string", maxLength: 0 },
  date: { type: "string", format: "date" },
  "date-time": { type: "string", format: "date-time" },
  email: { type: "string", format: "email" },
  uuid: { type: "string", format: "uuid" },
  uri: { type: "string", format: "uri" },
  "an unknown format": { type: "string", format: "of-our-own" },
  "pattern of a code": { type: "string", pattern: "^[A-Z]{2}$" },
  "pattern of a date": { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" },
  "pattern of a slug": { type: "string", pattern: "^[a-z0-9-]+$", minLength: 3 },
  "pattern of a name": { type: "string", pattern: "^([A-Za-z]+[ -]?)+$" },
  "exclusive bounds": { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 2 },
  "exclusive bound below": { type: "number", exclusiveMinimum: 10 },
  "both bounds": { type: "number", minimum: 5, exclusiveMinimum: 5, maximum: 6 },
  "a narrow number": { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
  "only a maximum": { type: "integer", maximum: -5 },
  multipleOf: { type: "integer", multipleOf: 5, minimum: 11 },
  "multipleOf a part": { type: "number", multipleOf: 0.25, minimum: 0.3 },
  "integer with a broken bound": { type: "integer", minimum: 0.5 },
  "a reference": { $ref: "#/$defs/query" },
  "a reference with a description": { $ref: "#/$defs/query", description: "d" },
  allOf: { allOf: [{ $ref: "#/$defs/query" }, { properties: { more: { const: 7 } }, required: ["more"] }] },
  "allOf of bounds": {
    allOf: [
      { type: "integer", minimum: 5 },
      { minimum: 3, maximum: 9 },
    ],
  },
  "anyOf with nothing first": { anyOf: [false, { type: "string", pattern: "^(?!)" }, { type: "integer" }] },
  "oneOf that tells apart": {
    oneOf: [
      { type: "object", properties: { kind: { const: "a" } }, required: ["kind"] },
      { type: "object", properties: { kind: { const: "b" }, x: {} }, required: ["kind", "x"] },
    ],
  },
  "oneOf beside properties": {
    type: "object",
    properties: { op: { type: "string" } },
    required: ["op"],
    oneOf: [{ properties: { op: { const: "add" }, n: { type: "number" } }, required: ["n"] }],
  },
  "a default that does not fit": { type: "integer", default: "none" },
  "an example that does not fit": { type: "string", minLength: 3, examples: ["a"], default: "b" },
  const: { const: { a: [null] } },
  "enum of objects": { enum: [{ a: 1 }] },
  "required elsewhere": { type: "object", properties: { a: {} }, required: ["a", "b"] },
  "additional properties": {
    type: "object",
    additionalProperties: { type: "integer" },
    minProperties: 2,
  },
  dependentRequired: {
    type: "object",
    properties: { a: { type: "null" }, b: { type: "integer" } },
    required: ["a"],
    dependentRequired: { a: ["b"] },
  },
  "lists of a length": { type: "array", items: { type: "integer" }, minItems: 3 },
  "lists that are empty": { type: "array", maxItems: 0 },
  "lists of unlike items": {
    type: "array",
    items: { enum: ["a", "b", "c"] },
    minItems: 2,
    uniqueItems: true,
  },
  "lists of unlike numbers": { type: "array", items: { type: "integer" }, minItems: 2, uniqueItems: true },
  "lists by place": { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], minItems: 2 },
  "a tree": { $ref: "#/$defs/tree" },
  "types in a list": { type: ["integer", "null"], minimum: 4 },
  "no type": { minLength: 4 },
  anything: {},
};

/** What no value fits, or none that we find. */
const NONE: Record<string, JsonSchema> = {
  never: { not: {} },
  "bounds that cross": { type: "integer", minimum: 5, maximum: 3 },
  "a number between": { type: "integer", exclusiveMinimum: 1, exclusiveMaximum: 2 },
  "a pattern of its own": { type: "string", pattern: "^qwzx\\d{9}%%$" },
  "one of two that both fit": { oneOf: [{ type: "number" }, { type: "integer" }] },
  "a very long text": { type: "string", minLength: 5_000 },
  "a reference to nowhere": { $ref: "#/$defs/nobody" },
  "an endless object": { $ref: "#/$defs/endless" },
  "a circle": { $ref: "#/$defs/circle" },
  "an empty enum in a merge": { allOf: [{ enum: ["a"] }, { enum: ["b"] }] },
};

const $defs = {
  query: {
    type: "object",
    properties: { limit: { type: "integer", minimum: 2 }, team: {} },
    required: ["limit"],
  },
  tree: {
    type: "object",
    properties: { value: { type: "integer" }, next: { type: "array", items: { $ref: "#/$defs/tree" } } },
    required: ["value", "next"],
  },
  endless: { type: "object", properties: { next: { $ref: "#/$defs/endless" } }, required: ["next"] },
  circle: { allOf: [{ $ref: "#/$defs/circle" }] },
};

describe("an example fits its schema", () => {
  for (const [kind, value] of Object.entries(VALUES)) {
    test(kind, () => {
      const schema = { type: "object", properties: { value }, required: ["value"], $defs };
      const example = exampleInput(schema);
      assert.ok(example && "value" in example, JSON.stringify(example));
      assert.equal(createSchemaCheck(schema)(example), undefined, JSON.stringify(example));
    });
  }

  for (const [kind, value] of Object.entries(NONE)) {
    test(`there is none where none is found: ${kind}`, () => {
      assert.equal(
        exampleInput({ type: "object", properties: { value }, required: ["value"], $defs }),
        undefined,
      );
    });
  }

  test("a schema that is none has none", () => {
    assert.equal(exampleInput({ type: "thing" }), undefined);
    assert.equal(exampleInput({ type: "string" }), undefined, "an input is an object");
  });

  test("one that would be long is left out", () => {
    const properties = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`property${i}`, {}]));
    assert.equal(exampleInput({ properties, required: Object.keys(properties) }), undefined);
  });
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
