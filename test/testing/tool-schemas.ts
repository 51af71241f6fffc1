import type { JsonSchema } from "@bullpen/contracts";

type Input = Record<string, unknown>;

const MANY = Array.from({ length: 100 }, (_, i) => `p${i}`);

/** Schemas as real tools have them, each with inputs that fit it. */
export const KINDS: Record<string, [JsonSchema, ...Input[]]> = {
  "free properties": [
    { type: "object", properties: {}, additionalProperties: { type: "string" } },
    { a: "b" },
    {},
  ],
  "free properties beside known": [
    { type: "object", properties: { a: { type: "integer" } }, additionalProperties: true },
    { a: 1, b: [2], c: "d" },
    { b: 1 },
    {},
  ],
  "free properties of one kind beside known": [
    { properties: { a: { type: "string" } }, required: ["a"], additionalProperties: { type: "integer" } },
    { a: "x", b: 1, c: 2 },
  ],
  "nothing said about an object": [{ type: "object" }, { a: 1 }],
  "no properties at all": [{ type: "object", properties: {} }, {}, { a: { b: 1 } }],
  "nested free objects": [
    { properties: { env: { type: "object", properties: {}, minProperties: 1 } }, required: ["env"] },
    { env: { A: "1", B: "2" } },
  ],
  "no further properties": [{ type: "object", properties: {}, additionalProperties: false }, {}],
  patternProperties: [
    { type: "object", properties: { a: {} }, patternProperties: { "^x-": { type: "string" } } },
    { "x-a": "b" },
    { a: 1, "x-a": "b" },
  ],
  "required elsewhere": [
    { properties: { a: { type: "string" } }, required: ["a", "b"] },
    { a: "x", b: { c: 1 } },
  ],
  "required without properties": [{ type: "object", required: ["q"] }, { q: 1 }, { q: 1, r: 2 }],
  "oneOf beside properties": [
    {
      properties: { op: { type: "string" } },
      required: ["op"],
      oneOf: [
        { properties: { op: { const: "add" }, x: { type: "number" } }, required: ["x"] },
        { properties: { op: { const: "del" } } },
      ],
    },
    { op: "add", x: 1 },
    { op: "del" },
  ],
  "anyOf of required": [
    { properties: { a: {}, b: {} }, anyOf: [{ required: ["a"] }, { required: ["b"] }] },
    { a: 1 },
    { b: 1 },
  ],
  "allOf beside properties": [
    {
      properties: { a: { type: "string" } },
      allOf: [{ properties: { b: { type: "string" } }, required: ["b"] }],
    },
    { a: "1", b: "2" },
  ],
  "if and then": [
    JSON.parse('{"properties":{"a":{}},"if":{"required":["a"]},"then":{"required":["b"]}}'),
    { a: 1, b: 2 },
  ],
  dependentRequired: [
    { properties: { a: {} }, dependentRequired: { a: ["b"] } },
    { a: 1, b: 2 },
  ],
  dependencies: [
    { properties: { a: {} }, dependentSchemas: { a: { required: ["b"] } } },
    { a: 1, b: 2 },
  ],
  minProperties: [
    { properties: { a: {} }, minProperties: 2 },
    { a: 1, b: 2 },
  ],
  "discriminated union": [
    {
      type: "object",
      properties: {
        shape: {
          oneOf: [
            {
              type: "object",
              properties: { kind: { const: "circle" }, r: { type: "number" } },
              required: ["kind", "r"],
            },
            {
              type: "object",
              properties: { kind: { const: "square" }, a: { type: "number" } },
              required: ["kind", "a"],
            },
          ],
        },
      },
      required: ["shape"],
    },
    { shape: { kind: "circle", r: 1.5 } },
    { shape: { kind: "square", a: 2 } },
  ],
  "boolean schemas": [
    { properties: { a: true, b: false, c: { anyOf: [false, { type: "string" }] }, d: { not: false } } },
    { a: [1], c: "x", d: null },
  ],
  "references with a stray %": [
    { properties: { a: { $ref: "#/$defs/100%" } }, $defs: { "100%": { type: "string" } } },
    { a: "x" },
  ],
  "escaped references": [
    { properties: { a: { $ref: "#/$defs/x~1y%20z" } }, $defs: { "x/y z": { type: "integer" } } },
    { a: 7 },
  ],
  "a reference to the root": [{ type: "object", properties: { a: { $ref: "#" } } }, { a: { a: {} } }],
  "a reference at the root": [
    {
      $ref: "#/$defs/In",
      $defs: { In: { type: "object", properties: { a: { type: "string" } }, required: ["a"] } },
    },
    { a: "x" },
  ],
  "a reference with demands beside it": [
    {
      properties: { a: { $ref: "#/$defs/x", required: ["q"], properties: { q: {} } } },
      $defs: { x: { type: "object", properties: { p: {} } } },
    },
    { a: { p: 1, q: 2 } },
  ],
  "a reference of pydantic": [
    {
      properties: { a: { allOf: [{ $ref: "#/$defs/E" }], default: "x" } },
      $defs: { E: { enum: ["x", "y"] } },
    },
    { a: "y" },
  ],
  "lists of types": [
    {
      properties: {
        a: { type: ["string", "integer", "null"] },
        b: { type: ["object", "null"], properties: { c: {} } },
      },
    },
    { a: null, b: null },
    { a: 7, b: { c: 1 } },
  ],
  nullable: [{ properties: { a: { type: "string", nullable: true } } }, { a: null }, { a: "x" }],
  "const null and objects": [
    {
      properties: { a: { const: null }, b: { const: { x: [1, "2"] } }, c: { enum: [null, 1, "x", [true]] } },
    },
    { a: null, b: { x: [1, "2"] }, c: [true] },
  ],
  "many properties that may be left out": [
    { type: "object", properties: Object.fromEntries(MANY.map((name) => [name, { type: "integer" }])) },
    {},
    { p0: 1, p7: 2, p99: 3 },
    Object.fromEntries(MANY.map((name) => [name, 1])),
  ],
  "thousands of values": [
    { properties: { a: { enum: Array.from({ length: 5_000 }, (_, i) => `value ${i}`) } }, required: ["a"] },
    { a: "value 4999" },
  ],
  "nested lists": [
    {
      properties: {
        grid: {
          type: "array",
          items: { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 3 },
        },
      },
    },
    {
      grid: [
        [1, 2],
        [3, 4, 5],
      ],
    },
    { grid: [] },
  ],
  "lists of lengths that cannot be": [
    {
      properties: {
        a: { type: "array", minItems: 500 },
        b: { type: "string", minLength: 70, maxLength: 90 },
      },
    },
    { a: Array(500).fill(0), b: "x".repeat(80) },
  ],
  "lists by place": [
    {
      properties: {
        a: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }] },
        b: { type: "array", items: {} },
      },
    },
    { a: ["x", 1], b: [{}] },
  ],
  "long numbers": [
    { properties: { id: { type: "integer" }, x: { type: "number" } } },
    { id: Number.MAX_SAFE_INTEGER, x: 0.000012345678901234568 },
    { id: 1e20, x: 1.5e-300 },
    { id: -7, x: 1e300 },
  ],
  "odd names": [
    { properties: { "": {}, 'a"b': {}, "c\\d": {}, "e\nf": {}, 天: {}, $ref: { type: "string" }, "🐂": {} } },
    { "": 1, 'a"b': 2, "c\\d": 3, "e\nf": 4, 天: 5, $ref: "x", "🐂": 6 },
  ],
  "no schema of objects": [{ type: ["object", "string"], properties: { a: {} } }, { a: 1 }],
  "an id of its own": [
    {
      properties: {
        a: { $id: "https://example.org/a", $defs: { x: { type: "integer" } }, $ref: "#/$defs/x" },
      },
      $defs: { x: { type: "string" } },
    },
    { a: 7 },
  ],
  "properties that are null, or no schema": [
    JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}}}',
    ),
    JSON.parse('{"__proto__":"x","constructor":1}'),
  ],
};

/** What no validator takes, and a server may offer all the same. */
export const NO_SCHEMAS: JsonSchema[] = [
  { properties: null },
  { type: "object", properties: 7, required: "x" },
  { type: "object", properties: { a: { type: "thing" }, b: 7, c: null, d: [] } },
  { properties: { a: { enum: [] }, b: { anyOf: [] }, c: { type: [] }, d: { minLength: 5, maxLength: 3 } } },
  {
    properties: {
      a: { $ref: 7 },
      b: { $ref: "#/nowhere" },
      c: { $ref: "https://example.org/x" },
      d: { $ref: "#x" },
    },
  },
  { properties: { a: { $ref: "#/constructor" }, b: { $ref: "#/properties/length" }, c: { $ref: "#/%zz" } } },
  { properties: { a: { $ref: "#/properties/a" } } },
  {
    properties: {
      a: { anyOf: [{ $ref: "#/properties/b" }] },
      b: { anyOf: [{ $ref: "#/properties/a" }, {}] },
    },
  },
  { $ref: "#" },
  { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
  nested(20_000),
  nested(1_500),
  { properties: { a: { type: "array", items: nestedArrays(400) } } },
  { properties: Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`p${i}`, { type: "string" }])) },
];

function nested(depth: number): JsonSchema {
  let schema: JsonSchema = { type: "string" };
  for (let i = 0; i < depth; i++) schema = { type: "object", properties: { a: schema }, required: ["a"] };
  return schema;
}

function nestedArrays(depth: number): JsonSchema {
  let schema: JsonSchema = { type: "string" };
  for (let i = 0; i < depth; i++) schema = { type: "array", items: schema, minItems: 1, maxItems: 60 };
  return schema;
}
