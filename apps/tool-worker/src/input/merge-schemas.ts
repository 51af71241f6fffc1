import type { JsonSchema } from "@bullpen/contracts";

/** Longest chain of references that is followed; a longer one is taken for a circle. */
const MOST_REFERENCES = 16;

/**
 * Merges the schemas that a value must fit: those that `$ref` and `allOf` name, one of `anyOf` and one of `oneOf`, and
 * the keywords beside them. The result is a guess, for examples: of two conflicting keywords the narrower counts, or
 * else the later. `undefined` if a reference leads nowhere or nothing can fit.
 */
export function mergeSchemas(schema: JsonSchema, root: JsonSchema, choice: number): JsonSchema | undefined {
  const left: unknown[] = [schema];
  let merged: JsonSchema = {};
  for (let taken = 0; left.length > 0; taken++) {
    const next = left.shift();
    if (next === true) continue;
    if (!isRecord(next) || taken > MOST_REFERENCES) return undefined;
    const { $ref, allOf, anyOf, oneOf, ...own } = next;
    merged = { ...merged, ...own, ...joined(merged, own) };
    if (typeof $ref === "string") left.push(resolve(root, $ref));
    if (Array.isArray(allOf)) left.push(...allOf);
    for (const choices of [anyOf, oneOf]) {
      const possible = Array.isArray(choices) ? choices.filter((each) => each !== false) : [];
      if (possible.length > 0) left.push(possible[choice % possible.length]);
    }
  }
  return merged;
}

const HIGHEST = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const LOWEST = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/** The keywords of both schemas whose values are combined instead of replaced. */
function joined(one: JsonSchema, other: JsonSchema): JsonSchema {
  const both: JsonSchema = {};
  if (isRecord(one.properties) && isRecord(other.properties)) {
    const { properties } = other;
    const shared = Object.entries(one.properties).filter(([name]) => Object.hasOwn(properties, name));
    both.properties = {
      ...one.properties,
      ...properties,
      ...Object.fromEntries(shared.map(([name, schema]) => [name, { allOf: [schema, properties[name]] }])),
    };
  }
  if (Array.isArray(one.required) && Array.isArray(other.required)) {
    both.required = [...one.required, ...other.required];
  }
  if (Array.isArray(one.enum) && Array.isArray(other.enum)) {
    const allowed = new Set(other.enum.map((value) => JSON.stringify(value)));
    both.enum = one.enum.filter((value) => allowed.has(JSON.stringify(value)));
  }
  if (one.type === "integer" && other.type === "number") both.type = "integer";
  for (const [keywords, choose] of [
    [HIGHEST, Math.max],
    [LOWEST, Math.min],
  ] as const) {
    for (const keyword of keywords) {
      const [a, b] = [one[keyword], other[keyword]];
      if (typeof a === "number" && typeof b === "number") both[keyword] = choose(a, b);
    }
  }
  return both;
}

function resolve(root: JsonSchema, pointer: string): unknown {
  if (pointer === "#") return root;
  if (!pointer.startsWith("#/")) return undefined;
  let part: unknown = root;
  for (const token of pointer.slice(2).split("/")) {
    let key: string;
    try {
      key = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
    } catch {
      return undefined; // a % that begins no escape
    }
    part =
      typeof part === "object" && part !== null && Object.hasOwn(part, key)
        ? Reflect.get(part, key)
        : undefined;
  }
  return part;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
