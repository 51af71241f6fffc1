import type { CustomTool, CustomToolContext } from "./custom-tool.js";
import type { FromJsonSchema, JsonSchema } from "./json-schema.js";
import { isStandardSchema, parse, type StandardSchema, toJsonSchema } from "./standard-schema.js";

type Common = Omit<CustomTool, "inputSchema" | "example" | "run">;

/** A tool whose input is a text. */
export interface TextTool extends Common {
  readonly inputSchema?: undefined;
  /** For the model: a text as it should be. */
  readonly example: string;
  run(input: string, context: CustomToolContext): unknown;
}

/** A tool whose input is an object that a JSON Schema describes. */
export interface ObjectTool<Schema extends JsonSchema> extends Common {
  readonly inputSchema: Schema;
  /** For the model: an object as it should be. Default: made from the schema. */
  readonly example?: NoInfer<FromJsonSchema<Schema>>;
  run(input: FromJsonSchema<Schema>, context: CustomToolContext): unknown;
}

/** A tool whose input is an object that a schema of a library such as zod describes. */
export interface SchemaTool<Input, Output> extends Common {
  readonly inputSchema: StandardSchema<Input, Output>;
  /** For the model: an object as it should be. Default: made from the schema. */
  readonly example?: NoInfer<Input>;
  /** Gets the parsed input: with the schema's defaults and transformations. */
  run(input: Output, context: CustomToolContext): unknown;
}

/**
 * Types the input of a tool by its schema. Export the result as the default export of a module in `TOOLS_FOLDER`.
 * A schema object becomes a JSON Schema, and `run` gets what the schema makes of the input; any other tool is
 * returned as it is.
 */
export function defineTool<Input, Output>(tool: SchemaTool<Input, Output>): CustomTool<Input>;
export function defineTool<const Schema extends JsonSchema>(
  tool: ObjectTool<Schema>,
): CustomTool<FromJsonSchema<Schema>>;
export function defineTool(tool: TextTool): CustomTool;
export function defineTool(tool: TextTool | ObjectTool<JsonSchema> | SchemaTool<unknown, unknown>): unknown {
  const { inputSchema } = tool;
  if (!isStandardSchema(inputSchema)) return tool;
  // A cast: the schema is a schema object, so the tool is the kind that takes one.
  const { run, ...fields } = tool as SchemaTool<unknown, unknown>;
  return {
    ...fields,
    inputSchema: toJsonSchema(inputSchema),
    run: async (input: unknown, context: CustomToolContext) =>
      run.call(tool, await parse(inputSchema, input), context),
  };
}
