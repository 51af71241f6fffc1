import type { JsonSchema } from "@bullpen/contracts";

interface Part {
  readonly schema: unknown;
  /** A value that is meant to fit it. */
  make(): unknown;
}

/**
 * Schemas of objects that are put together at random, the same each time, each with inputs that are meant to
 * fit it: properties in the schema's order, others after them.
 */
export function* generatedSchemas(
  count: number,
): Generator<{ schema: JsonSchema; inputs: Record<string, unknown>[] }> {
  // mulberry32
  let seed = 20_261_127;
  const random = (below: number) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  const maybe = (part: number) => random(100) < part;
  const pick = <T>(list: readonly T[]): T => {
    const found = list[random(list.length)];
    if (found === undefined) throw new Error("an empty list");
    return found;
  };
  const anything = () => pick<unknown>([null, 1, "x", [1, "y"], { z: true }]);

  const scalars: (() => Part)[] = [
    () => ({ schema: { type: "string" }, make: () => pick(["", 'a "b"', "天\n", "x".repeat(90)]) }),
    () => ({
      schema: { type: "string", minLength: 2, maxLength: 5, pattern: "^a" },
      make: () => pick(["ab", "a天🐂"]),
    }),
    () => ({ schema: { type: "string", minLength: 65 }, make: () => "x".repeat(70) }),
    () => ({
      schema: { type: "integer", minimum: -5 },
      make: () => pick([0, -5, 9_007_199_254_740_991, 1e20]),
    }),
    () => ({
      schema: { type: "number" },
      make: () => pick([0.1, -1e-9, 1.7976931348623157e308, 123_456_789.12345679]),
    }),
    () => ({ schema: { type: "boolean" }, make: () => maybe(50) }),
    () => ({ schema: { type: "string", nullable: true }, make: () => pick([null, "x"]) }),
    () => ({ schema: { type: ["integer", "null"] }, make: () => pick([null, 3]) }),
    () => ({ schema: { enum: ["a", 1, null, { b: [] }] }, make: () => pick(["a", 1, null, { b: [] }]) }),
    () => ({ schema: { const: pick([0, "", false, null, [1]]) }, make: () => anything() }),
    () => ({ schema: pick([true, {}, { description: "d" }]), make: anything }),
    () => ({ schema: { $ref: "#/$defs/word" }, make: () => pick(["one", "two"]) }),
    () => ({ schema: { $ref: "#/$defs/tree" }, make: () => ({ value: 1, next: [{ value: 2, next: [] }] }) }),
  ];

  const object = (depth: number): Part => {
    const names = ["a", "b", 'c"d', "e f", "天"].slice(0, random(6));
    const parts = names.map((name) => ({ name, part: part(depth + 1), isRequired: maybe(50) }));
    const schema: Record<string, unknown> = { type: "object" };
    if (parts.length > 0 || maybe(70)) {
      schema.properties = Object.fromEntries(parts.map(({ name, part }) => [name, part.schema]));
    }
    const required = parts.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    const extra: [string, () => unknown][] = [];
    if (maybe(15)) {
      required.push("elsewhere");
      extra.push(["elsewhere", () => 1]);
    }
    if (required.length > 0) schema.required = required;
    if (maybe(30)) {
      schema.additionalProperties = pick<unknown>([true, false, { type: "integer" }, {}]);
      if (schema.additionalProperties !== false) extra.push(["more", () => 2], ["most", () => 3]);
    }
    if (maybe(10)) {
      schema.patternProperties = { "^x-": { type: "string" } };
      extra.push(["x-y", () => "z"]);
    }
    if (maybe(10)) {
      schema.allOf = [{ properties: { also: { type: "boolean" } }, required: ["also"] }];
      extra.push(["also", () => true]);
    }
    if (maybe(10)) {
      schema.anyOf = [{ required: ["either"] }, { required: ["or"] }];
      extra.push([pick(["either", "or"]), () => 1]);
    }
    if (maybe(5)) {
      schema.minProperties = 1 + random(3);
      extra.push(["p", () => 1], ["q", () => 1], ["r", () => 1]);
    }
    if (maybe(5)) {
      schema.dependentRequired = { a: ["with-a"] };
      extra.push(["with-a", () => 1]);
    }
    return {
      schema,
      make: () => {
        const shown = parts.filter(({ isRequired }) => isRequired || maybe(60));
        const entries: [string, unknown][] = shown.map(({ name, part }) => [name, part.make()]);
        return Object.fromEntries([
          ...entries,
          ...extra.map(([name, make]): [string, unknown] => [name, make()]),
        ]);
      },
    };
  };

  const part = (depth: number): Part => {
    if (depth > 3 || maybe(55)) return pick(scalars)();
    if (maybe(40)) return object(depth);
    const inner = part(depth + 1);
    const other = part(depth + 1);
    const bounds = pick([
      {},
      { minItems: 1 },
      { minItems: 2, maxItems: 3 },
      { maxItems: 0 },
      { minItems: 70 },
    ]);
    return pick<() => Part>([
      () => ({
        schema: { type: "array", items: inner.schema, ...bounds },
        make: () =>
          Array.from({ length: "minItems" in bounds ? (bounds.minItems ?? 0) : random(2) }, () =>
            inner.make(),
          ),
      }),
      () => ({ schema: { anyOf: [inner.schema, other.schema] }, make: () => pick([inner, other]).make() }),
      () => ({
        schema: { oneOf: [inner.schema, { type: "null" }], title: "t" },
        make: () => pick([inner.make(), null]),
      }),
      () => ({ schema: { allOf: [inner.schema] }, make: () => inner.make() }),
      () => ({ schema: { allOf: [inner.schema, { not: { const: 7 } }] }, make: () => inner.make() }),
      () => ({ schema: { type: "array", prefixItems: [inner.schema] }, make: () => [inner.make(), 1] }),
    ])();
  };

  const $defs = {
    word: { type: "string", enum: ["one", "two"] },
    tree: {
      type: "object",
      properties: { value: { type: "integer" }, next: { type: "array", items: { $ref: "#/$defs/tree" } } },
      required: ["value"],
    },
  };
  for (let i = 0; i < count; i++) {
    const { schema, make } = object(0);
    // Casts: an object's schema is one, and its values are objects.
    const inputs = Array.from({ length: 4 }, () => make() as Record<string, unknown>);
    yield { schema: { ...(schema as JsonSchema), $defs }, inputs };
  }
}
