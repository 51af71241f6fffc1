/**
 * A schema object of a library such as zod 4.2 and newer: the parts of Standard Schema and Standard JSON Schema
 * that `defineTool` uses. Source: https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => ValidationResult<Output> | Promise<ValidationResult<Output>>;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type ValidationResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(schema: unknown): schema is StandardSchema {
  return (
    (typeof schema === "object" || typeof schema === "function") && schema !== null && "~standard" in schema
  );
}

/** The JSON Schema of what the schema accepts, without the name of its draft. */
export function toJsonSchema(schema: StandardSchema): Record<string, unknown> {
  const { $schema, ...rest } = schema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  return rest;
}

/** The parsed value: with defaults and transformations applied. Throws an Error that names the places at fault. */
export async function parse<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Promise<Output> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  throw new Error(
    `the input does not fit: ${result.issues.map(describe).join("; ")}. Call the tool again with an input that does.`,
  );
}

function describe({ message, path = [] }: Issue): string {
  const place = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return place === "" ? message : `${place}: ${message}`;
}
