import type { JsonSchema } from "@bullpen/contracts";
import { z } from "zod";

/** The fields of an MCP server's tool that are used. */
export interface ListedTool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  /** Whether a call may be repeated without effect. */
  readonly isSafeToRerun: boolean;
}

/** A longer definition fills the whole context of a model. */
const MAX_CHARACTERS = 65_536;

const recordSchema = z.record(z.string(), z.unknown());
const namedSchema = z.looseObject({ name: z.string().min(1) });
const describedSchema = z.looseObject({
  description: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  outputSchema: recordSchema.optional().catch(undefined),
  annotations: z
    .looseObject({
      title: z.string().optional().catch(undefined),
      readOnlyHint: z.boolean().optional().catch(undefined),
      idempotentHint: z.boolean().optional().catch(undefined),
    })
    .catch({}),
});

/**
 * Reads one tool of a listing. A required field that the server left out is filled in if its meaning is clear. For a tool
 * that cannot be read, returns the fault and a name for messages.
 *
 * @param place its position in the listing, from 1
 */
export function readListedTool(
  value: unknown,
  place: number,
): { readonly tool: ListedTool } | { readonly name: string; readonly fault: string } {
  const named = namedSchema.safeParse(value);
  if (!named.success) return { name: `number ${place}`, fault: "it has no name" };
  const { name } = named.data;
  const size = JSON.stringify(value).length;
  if (size > MAX_CHARACTERS) {
    return { name, fault: `its definition takes ${size} characters; at most ${MAX_CHARACTERS} are allowed` };
  }
  const inputSchema = readInputSchema(named.data.inputSchema);
  if (typeof inputSchema === "string") return { name, fault: inputSchema };
  const { description, title, annotations, outputSchema } = describedSchema.parse(value);
  const told = [description, title, annotations.title].find(
    (text) => text !== undefined && text.trim() !== "",
  );
  return {
    tool: {
      name,
      ...(told !== undefined && { description: told }),
      inputSchema,
      ...(outputSchema && { outputSchema }),
      isSafeToRerun: annotations.readOnlyHint === true || annotations.idempotentHint === true,
    },
  };
}

/** The schema of an object, or a clause that says what is wrong with it. Without a schema any object is accepted. */
function readInputSchema(given: unknown): JsonSchema | string {
  // PHP writes an object without fields as an empty list.
  if (given === undefined || given === null || given === true || isEmptyList(given))
    return { type: "object" };
  const parsed = recordSchema.safeParse(given);
  if (!parsed.success) return "its inputSchema is not an object";
  const { type, properties, required, ...rest } = parsed.data;
  const isObject = type === undefined || type === null || type === "object" || isListWith(type, "object");
  if (!isObject) return `its inputSchema is of type ${JSON.stringify(type)}, not "object"`;
  const fields =
    properties === undefined || properties === null || isEmptyList(properties) ? undefined : properties;
  if (fields !== undefined && !recordSchema.safeParse(fields).success) {
    return "its inputSchema.properties is not an object";
  }
  const isNamed = Array.isArray(required) && required.every((name) => typeof name === "string");
  if (required !== undefined && required !== null && !isNamed) {
    return "its inputSchema.required is not a list of names";
  }
  return {
    ...rest,
    type: "object",
    ...(fields !== undefined && { properties: fields }),
    ...(isNamed && { required }),
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isListWith(value: unknown, item: unknown): boolean {
  return Array.isArray(value) && value.includes(item);
}
