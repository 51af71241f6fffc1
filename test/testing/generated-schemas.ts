import type { JsonSchema } from "@bullpen/contracts";

/** The name of a property, and a value for it. */
type Extra = [name: string, make: () => unknown];

interface Part {
  readonly schema: unknown;
  /** A value that is meant to fit it. */
  make(): unknown;
}

const $defs = {
  word: { type: "string", enum: ["one", "two"] },
  tree: {
    type: "object",
    properties: { value: { type: "integer" }, next: { type: "array", items: { $ref: "#/$defs/tree" } } },
    required: ["value"],
  },
};

/**
 * Schemas of objects that are put together at random, the same each time, each with inputs that are meant to
 * fit it: properties in the schema's order, others after them.
 */
export function* generatedSchemas(
  count: number,
): Generator<{ schema: JsonSchema; inputs: Record<string, unknown>[] }> {
  const generator = new SchemaGenerator();
  for (let i = 0; i < count; i++) {
    const { schema, make } = generator.next();
    // Casts: an object's schema is one, and its values are objects.
    const inputs = Array.from({ length: 4 }, () => make() as Record<string, unknown>);
    yield { schema: { ...(schema as JsonSchema), $defs }, inputs };
  }
}

class SchemaGenerator {
  #seed = 20_261_127;

  /** The schema of an object, and values that fit it. */
  next(): Part {
    return this.#object(0);
  }

  /** A number from 0 to `below` - 1, by mulberry32. */
  #random(below: number): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  #maybe(percent: number): boolean {
    return this.#random(100) < percent;
  }

  #pick<T>(list: readonly T[]): T {
    const found = list[this.#random(list.length)];
    if (found === undefined) throw new Error("an empty list");
    return found;
  }

  #anything(): unknown {
    return this.#pick<unknown>([null, 1, "x", [1, "y"], { z: true }]);
  }

  #scalars(): (() => Part)[] {
    return [
      () => ({ schema: { type: "string" }, make: () => this.#pick(["", 'a "b"', "天\n", "x".repeat(90)]) }),
      () => ({
        schema: { type: "string", minLength: 2, maxLength: 5, pattern: "^a" },
        make: () => this.#pick(["ab", "a天🐂"]),
      }),
      () => ({ schema: { type: "string", minLength: 65 }, make: () => "x".repeat(70) }),
      () => ({
        schema: { type: "integer", minimum: -5 },
        make: () => this.#pick([0, -5, 9_007_199_254_740_991, 1e20]),
      }),
      () => ({
        schema: { type: "number" },
        make: () => this.#pick([0.1, -1e-9, 1.7976931348623157e308, 123_456_789.12345679]),
      }),
      () => ({ schema: { type: "boolean" }, make: () => this.#maybe(50) }),
      () => ({ schema: { type: "string", nullable: true }, make: () => this.#pick([null, "x"]) }),
      () => ({ schema: { type: ["integer", "null"] }, make: () => this.#pick([null, 3]) }),
      () => ({
        schema: { enum: ["a", 1, null, { b: [] }] },
        make: () => this.#pick(["a", 1, null, { b: [] }]),
      }),
      () => ({ schema: { const: this.#pick([0, "", false, null, [1]]) }, make: () => this.#anything() }),
      () => ({ schema: this.#pick([true, {}, { description: "d" }]), make: () => this.#anything() }),
      () => ({ schema: { $ref: "#/$defs/word" }, make: () => this.#pick(["one", "two"]) }),
      () => ({
        schema: { $ref: "#/$defs/tree" },
        make: () => ({ value: 1, next: [{ value: 2, next: [] }] }),
      }),
    ];
  }

  #object(depth: number): Part {
    const names = ["a", "b", 'c"d', "e f", "天"].slice(0, this.#random(6));
    const parts = names.map((name) => ({ name, part: this.#part(depth + 1), isRequired: this.#maybe(50) }));
    const schema: Record<string, unknown> = { type: "object" };
    if (parts.length > 0 || this.#maybe(70)) {
      schema.properties = Object.fromEntries(parts.map(({ name, part }) => [name, part.schema]));
    }
    const required = parts.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    const extra = [...this.#requireMore(schema, required), ...this.#constrain(schema)];
    return {
      schema,
      make: () => {
        const shown = parts.filter(({ isRequired }) => isRequired || this.#maybe(60));
        const entries: [string, unknown][] = shown.map(({ name, part }) => [name, part.make()]);
        return Object.fromEntries([
          ...entries,
          ...extra.map(([name, make]): [string, unknown] => [name, make()]),
        ]);
      },
    };
  }

  /** Properties that the schema requires or allows without describing them. */
  #requireMore(schema: Record<string, unknown>, required: string[]): Extra[] {
    const extra: Extra[] = [];
    if (this.#maybe(15)) {
      required.push("elsewhere");
      extra.push(["elsewhere", () => 1]);
    }
    if (required.length > 0) schema.required = required;
    if (this.#maybe(30)) {
      schema.additionalProperties = this.#pick<unknown>([true, false, { type: "integer" }, {}]);
      if (schema.additionalProperties !== false) extra.push(["more", () => 2], ["most", () => 3]);
    }
    return extra;
  }

  #constrain(schema: Record<string, unknown>): Extra[] {
    const extra: Extra[] = [];
    if (this.#maybe(10)) {
      schema.patternProperties = { "^x-": { type: "string" } };
      extra.push(["x-y", () => "z"]);
    }
    if (this.#maybe(10)) {
      schema.allOf = [{ properties: { also: { type: "boolean" } }, required: ["also"] }];
      extra.push(["also", () => true]);
    }
    if (this.#maybe(10)) {
      schema.anyOf = [{ required: ["either"] }, { required: ["or"] }];
      extra.push([this.#pick(["either", "or"]), () => 1]);
    }
    if (this.#maybe(5)) {
      schema.minProperties = 1 + this.#random(3);
      extra.push(["p", () => 1], ["q", () => 1], ["r", () => 1]);
    }
    if (this.#maybe(5)) {
      schema.dependentRequired = { a: ["with-a"] };
      extra.push(["with-a", () => 1]);
    }
    return extra;
  }

  #part(depth: number): Part {
    if (depth > 3 || this.#maybe(55)) return this.#pick(this.#scalars())();
    if (this.#maybe(40)) return this.#object(depth);
    const inner = this.#part(depth + 1);
    const other = this.#part(depth + 1);
    const bounds = this.#pick([
      {},
      { minItems: 1 },
      { minItems: 2, maxItems: 3 },
      { maxItems: 0 },
      { minItems: 70 },
    ]);
    return this.#pick<() => Part>([
      () => ({
        schema: { type: "array", items: inner.schema, ...bounds },
        make: () =>
          Array.from({ length: "minItems" in bounds ? (bounds.minItems ?? 0) : this.#random(2) }, () =>
            inner.make(),
          ),
      }),
      () => ({
        schema: { anyOf: [inner.schema, other.schema] },
        make: () => this.#pick([inner, other]).make(),
      }),
      () => ({
        schema: { oneOf: [inner.schema, { type: "null" }], title: "t" },
        make: () => this.#pick([inner.make(), null]),
      }),
      () => ({ schema: { allOf: [inner.schema] }, make: () => inner.make() }),
      () => ({ schema: { allOf: [inner.schema, { not: { const: 7 } }] }, make: () => inner.make() }),
      () => ({ schema: { type: "array", prefixItems: [inner.schema] }, make: () => [inner.make(), 1] }),
    ])();
  }
}
