import type { JsonSchema } from "@bullpen/contracts";
import { exampleNumber, exampleText } from "./example-scalars.js";
import { mergeSchemas } from "./merge-schemas.js";
import { createSchemaCheck, type SchemaCheck } from "./schema-check.js";

/** Characters: a longer example costs more of every prompt than it helps. */
const LONGEST = 2_000;
/** Levels of nesting: a schema that needs more most likely refers to itself. */
const DEEPEST = 12;
/** Required items or properties: more would exceed LONGEST. */
const MOST_ITEMS = 20;

/** A pattern with a repeated group may take exponential time in the length of the text. */
const REPEATED_GROUP = /\)[+*{]/;
/** Characters: 2^16 steps take a millisecond. */
const LONGEST_TRIED = 16;

/** Choices of `anyOf` and `oneOf` that are tried. */
const CHOICES = 4;

/**
 * An object that fits the schema, as an example for the model: the required properties, with the values that the schema
 * suggests. `undefined` if none is found: an example that does not fit teaches a model to make calls that are refused.
 */
export function exampleInput(schema: JsonSchema): Record<string, unknown> | undefined {
  const check = checkOf(schema);
  if (!check) return undefined;
  const longestText = REPEATED_GROUP.test(JSON.stringify(schema)) ? LONGEST_TRIED : LONGEST;
  for (const takesSuggestions of [true, false]) {
    for (let choice = 0; choice < CHOICES; choice++) {
      const example = tryExample(schema, { root: schema, takesSuggestions, choice });
      if (!example || !isShort(example, longestText)) continue;
      if (check(example) === undefined && JSON.stringify(example).length <= LONGEST) return example;
    }
  }
  return undefined;
}

function checkOf(schema: JsonSchema): SchemaCheck | undefined {
  try {
    return createSchemaCheck(schema);
  } catch {
    return undefined; // without a check no example is known to fit
  }
}

/** Whether no text in a value is longer than `longest`. */
function isShort(value: unknown, longest: number): boolean {
  if (typeof value === "string") return value.length <= longest;
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every((part) => isShort(part, longest));
}

interface Attempt {
  readonly root: JsonSchema;
  /** Whether `examples`, `default` and the like are used. */
  readonly takesSuggestions: boolean;
  /** Which of several possible schemas is used. */
  readonly choice: number;
}

/** Thrown if no value is found. */
class NoExampleError extends Error {
  override readonly name = "NoExampleError";
}

function tryExample(schema: JsonSchema, attempt: Attempt): Record<string, unknown> | undefined {
  try {
    const example = exampleOf(schema, attempt, 0);
    return isRecord(example) ? example : undefined;
  } catch (error) {
    if (error instanceof NoExampleError) return undefined;
    throw error;
  }
}

function exampleOf(given: unknown, attempt: Attempt, depth: number): unknown {
  if (given === true || given === undefined) return "…";
  if (!isRecord(given) || depth > DEEPEST) throw new NoExampleError();
  const schema = mergeSchemas(given, attempt.root, attempt.choice);
  if (!schema) throw new NoExampleError();
  const suggested = suggestionOf(schema, attempt);
  if (suggested !== undefined) return suggested;
  switch (typeOf(schema, depth)) {
    case "object":
      return exampleObject(schema, attempt, depth);
    case "array":
      return exampleList(schema, attempt, depth);
    case "number":
    case "integer":
      return found(exampleNumber({ ...schema, type: typeOf(schema, depth) }));
    case "boolean":
      return true;
    case "null":
      return null;
    case "string":
      return found(exampleText(schema));
    default:
      return "…";
  }
}

function suggestionOf(schema: JsonSchema, { takesSuggestions }: Attempt): unknown {
  if ("const" in schema) return schema.const;
  const ofEnum = listOf(schema.enum)[0];
  if (!takesSuggestions) return ofEnum;
  const examples = isRecord(schema.examples) ? Object.values(schema.examples) : listOf(schema.examples);
  return [examples[0], schema.example, schema.default, ofEnum].find((value) => value !== undefined);
}

/** The schema's type, or the type that its keywords belong to. */
function typeOf(schema: JsonSchema, depth: number): unknown {
  const [first] = listOf(schema.type);
  if (typeof schema.type === "string" || first !== undefined) return first ?? schema.type;
  const has = (...keywords: string[]) => keywords.some((keyword) => keyword in schema);
  if (depth === 0 || has("properties", "required", "additionalProperties", "minProperties")) return "object";
  if (has("items", "prefixItems", "minItems")) return "array";
  if (has("pattern", "format", "minLength", "maxLength")) return "string";
  return has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    ? "number"
    : undefined;
}

function exampleObject(schema: JsonSchema, attempt: Attempt, depth: number): Record<string, unknown> {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const names = new Set(listOf(schema.required).filter((name) => typeof name === "string"));
  const least = typeof schema.minProperties === "number" ? schema.minProperties : 0;
  for (const name of Object.keys(properties)) if (names.size < least) names.add(name);
  for (let i = 1; names.size < least && i <= MOST_ITEMS; i++) names.add(`name${i}`);
  const dependent = isRecord(schema.dependentRequired) ? schema.dependentRequired : {};
  for (const name of names) {
    for (const other of listOf(Object.hasOwn(dependent, name) ? dependent[name] : undefined)) {
      if (typeof other === "string") names.add(other);
    }
  }
  // In the order of the schema, which is also the grammar's.
  const ordered = [...Object.keys(properties).filter((name) => names.has(name)), ...names];
  const entries = [...new Set(ordered)].map((name): [string, unknown] => {
    const own = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    return [name, exampleOf(own, attempt, depth + 1)];
  });
  return Object.fromEntries(entries);
}

function exampleList(schema: JsonSchema, attempt: Attempt, depth: number): unknown[] {
  const first = listOf(schema.prefixItems);
  const least = typeof schema.minItems === "number" ? schema.minItems : 0;
  const most = typeof schema.maxItems === "number" ? schema.maxItems : Number.POSITIVE_INFINITY;
  if (least > MOST_ITEMS) throw new NoExampleError();
  const count = Math.min(Math.max(least, first.length, schema.items === false ? 0 : 1), most);
  const items = Array.from({ length: count }, (_, i) => first[i] ?? schema.items);
  try {
    const values = items.map((item) => exampleOf(item, attempt, depth + 1));
    return schema.uniqueItems === true ? unlike(values, schema.items) : values;
  } catch (error) {
    // A tree ends in an empty list.
    if (error instanceof NoExampleError && least === 0) return [];
    throw error;
  }
}

/** Makes values differ, where that is simple. */
function unlike(values: readonly unknown[], item: unknown): unknown[] {
  const choices = isRecord(item) ? listOf(item.enum) : [];
  return values.map((value, i) => {
    if (choices.length > 0) return choices[i];
    if (typeof value === "number") return value + i;
    return typeof value === "string" && i > 0 ? `${value}${i + 1}` : value;
  });
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new NoExampleError();
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
