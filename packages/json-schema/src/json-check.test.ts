import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findFault, findSchemaFault, MAX_SCHEMA_LENGTH } from "./json-check.js";

type Schema = Readonly<Record<string, unknown>>;

describe("a JSON text against a schema", () => {
  const price = { type: "number", minimum: 0 };
  const cases: [what: string, schema: Schema, fits: string, misfit: string, fault: RegExp][] = [
    ["a bound", { properties: { price } }, '{"price": 1}', '{"price": -1}', /^price must be >= 0$/],
    ["a pattern", { pattern: "^[a-z]+$" }, '"ab"', '"a1"', /^the value must match pattern/],
    ["look-around", { pattern: "^(?!x)" }, '"ab"', '"x"', /must match pattern/],
    ["a date", { format: "date" }, '"2024-02-29"', '"2023-02-29"', /must match format "date"/],
    ["an email", { format: "email" }, '"a@b.example"', '"a"', /must match format/],
    ["unique items", { uniqueItems: true }, "[1, 2]", "[1, 1]", /must NOT have duplicate items/],
    ["a choice", { enum: ["a", null] }, "null", '"b"', /allowed values: \["a",null\]$/],
    ["a constant", { const: null }, "null", "0", /must be equal to constant: null$/],
    ["no others", { additionalProperties: false }, "{}", '{"b": 1}', /additional properties: "b"$/],
    ["a multiple", { multipleOf: 0.1 }, "0.3", "0.35", /must be multiple of 0.1/],
    ["a tuple", { prefixItems: [{ type: "string" }], items: false }, '["a"]', "[1]", /^0 must be string/],
    ["an old tuple", { items: [{ type: "string" }] }, '["a"]', "[1]", /^0 must be string/],
    ["nullable", { type: "string", nullable: true }, "null", "1", /must be string/],
    ["other words", { "x-a": 1, format: "swift-code", type: "string" }, '"x"', "1", /must be string/],
    ["not JSON", {}, "{}", "{", /^it is not JSON \(/],
  ];
  for (const [what, schema, fits, misfit, fault] of cases) {
    test(what, () => {
      assert.equal(findSchemaFault(schema), undefined);
      assert.equal(findFault(schema, fits), undefined);
      assert.match(findFault(schema, misfit) ?? "it fits", fault);
    });
  }

  test("a schema that refers to itself", () => {
    const tree = {
      $defs: { node: { properties: { next: { $ref: "#/$defs/node" } }, required: ["name"] } },
      $ref: "#/$defs/node",
    };
    assert.equal(findFault(tree, '{"name": "a", "next": {"name": "b"}}'), undefined);
    assert.equal(findFault(tree, '{"name": "a", "next": {}}'), "next must have required property 'name'");
  });

  test("a schema that refers to its root", () => {
    const list = { type: "object", properties: { next: { $ref: "#" } }, additionalProperties: false };
    assert.equal(findFault(list, '{"next": {"next": {}}}'), undefined);
    assert.match(
      findFault(list, '{"next": {"last": 1}}') ?? "",
      /^next must NOT have additional properties: "last"/,
    );
  });

  test("a schema says its dialect, and another schema may have the same id", () => {
    for (const $schema of ["http://json-schema.org/draft-07/schema#", undefined]) {
      const schema = { $schema, $id: "http://json-schema.org/draft-07/schema#", type: "string" };
      assert.equal(findFault(schema, '"a"'), undefined);
      assert.match(findFault({ ...schema, type: "null" }, '"a"') ?? "", /must be null/);
    }
    assert.match(findSchemaFault({ type: 7 }) ?? "", /^is not a valid JSON Schema/, "they are still checked");
  });
});

test("schemas that cannot be used are told", () => {
  const cases: [schema: Schema, fault: RegExp][] = [
    [{ type: "text" }, /is not a valid JSON Schema \(schema\/type must be equal to one of/],
    [{ pattern: "(" }, /is not a valid JSON Schema/],
    [{ $ref: "https://example.com/a.json" }, /refers to what is not in it/],
    [{ properties: { a: { $ref: "#/$defs/none" } } }, /refers to what is not in it/],
    [{ anyOf: [{ $ref: "#" }] }, /refers to itself without an end/],
    [{ $ref: "#" }, /refers to itself without an end/],
    [{ $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" }, /refers to itself/],
    [{ description: "x".repeat(MAX_SCHEMA_LENGTH) }, /at most 32000 are taken: shorten/],
  ];
  for (const [schema, fault] of cases) assert.match(findSchemaFault(schema) ?? "it is taken", fault);
});

test("a check that has no end is ended", () => {
  const startedAt = performance.now();
  assert.match(findFault({ pattern: "^(a+)+$" }, `"${"a".repeat(40)}b"`) ?? "", /takes too long to check/);
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => {
      const $ref = `#/$defs/d${i + 1}`;
      return [`d${i}`, { oneOf: [{ $ref }, { title: "the same again", allOf: [{ $ref }] }] }];
    }),
  );
  const doubling = { $defs: { ...$defs, d40: { type: "null" } }, $ref: "#/$defs/d0" };
  assert.match(findSchemaFault(doubling) ?? "", /takes too long to check/);
  assert.ok(performance.now() - startedAt < 10_000);
});
