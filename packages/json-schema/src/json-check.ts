import { errorMessage } from "@bullpen/base";
import { compileSchema, type SchemaCheck } from "./compile-schema.js";
import { withinTime } from "./within-time.js";

/** Longest schema, as JSON, in UTF-16 code units. It is a part of the prompt, which no more fits into. */
export const MAX_SCHEMA_LENGTH = 32_000;

/** Schemas of {@link MAX_SCHEMA_LENGTH} compile in less than 300 ms; what takes longer is meant to. */
const COMPILE_MS = 2_000;
/** Checks of answers take less than a millisecond. A `pattern` or recursion that backtracks may never end. */
const CHECK_MS = 250;

/** Compiled schemas that are kept, some 10 KiB each. A batch has one, and few batches run at a time. */
const MAX_COMPILED = 256;

const compiled = new Map<string, SchemaCheck>();

/** What keeps a schema from being used, as a clause; `undefined` if nothing does. */
export function findSchemaFault(schema: Readonly<Record<string, unknown>>): string | undefined {
  const { length } = JSON.stringify(schema);
  if (length > MAX_SCHEMA_LENGTH)
    return `has ${length} characters as JSON; at most ${MAX_SCHEMA_LENGTH} are taken: shorten its descriptions`;
  try {
    // A schema that refers to itself and to nothing else never ends its first check.
    run(checkOf(schema), {});
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

/** What is wrong with a JSON text, as a clause; `undefined` if it is JSON and fits the schema. */
export function findFault(schema: Readonly<Record<string, unknown>>, json: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return `it is not JSON (${errorMessage(error)})`;
  }
  try {
    return run(checkOf(schema), value);
  } catch (error) {
    return `its schema ${describe(error)}`;
  }
}

function run(check: SchemaCheck, value: unknown): string | undefined {
  return withinTime(() => check(value), CHECK_MS);
}

function checkOf(schema: Readonly<Record<string, unknown>>): SchemaCheck {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known) return known;
  const check = withinTime(() => compileSchema(schema), COMPILE_MS);
  const [oldest] = compiled.keys();
  if (oldest !== undefined && compiled.size >= MAX_COMPILED) compiled.delete(oldest);
  compiled.set(key, check);
  return check;
}

function describe(error: unknown): string {
  if (error instanceof RangeError) return "refers to itself without an end";
  if (isTimeout(error)) return "takes too long to check: simplify its patterns and its choices";
  const reason = errorMessage(error)
    .replace(/^schema is invalid: /, "")
    .replace(/\bdata(?=[/ ])/g, "schema");
  if (/can't resolve reference/.test(reason))
    return `refers to what is not in it: only $ref to its own parts can be followed (${reason})`;
  return `is not a valid JSON Schema (${reason})`;
}

/** Its error comes from another context, whose `Error` is another one. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
