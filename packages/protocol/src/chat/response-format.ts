import { type JsonSchema, jsonSchemaSchema, type ResponseFormat } from "@bullpen/contracts";
import { findSchemaFault } from "@bullpen/json-schema";
import { z } from "zod";
import { ApiError } from "../errors.js";

/** The name of a schema. */
export const schemaName = z
  .string("is required, and must be text")
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, "must have 1 to 64 characters, each a letter, a digit, _ or -");

/** What the answer of a query has to be, as OpenAI's chat API has it. */
export const responseFormatParameter = z
  .discriminatedUnion(
    "type",
    [
      z.strictObject({ type: z.literal("text") }),
      z.strictObject({ type: z.literal("json_object") }),
      z.strictObject({
        type: z.literal("json_schema"),
        json_schema: z.strictObject(
          {
            name: schemaName.describe("What the kind of answer is called."),
            description: z.string().max(4_000).optional().describe("For the model: what the answer is for."),
            schema: jsonSchemaSchema
              .optional()
              .describe("A JSON Schema, of at most 32,000 characters as JSON. Default: any object."),
            strict: z
              .boolean()
              .optional()
              .describe(
                "Whether an answer that does not fit after it was corrected once fails (`schema_not_met`); otherwise it is delivered as it is. Default: false.",
              ),
          },
          "is required, and must be an object such as {name, schema, strict}",
        ),
      }),
    ],
    'must be {type: "text"}, {type: "json_object"} or {type: "json_schema", json_schema}',
  )
  .describe(
    "What the answer has to be: text, any JSON object, or JSON that fits a schema. Tools are called before it.",
  );
type ResponseFormatRequest = z.output<typeof responseFormatParameter>;

const JSON_OBJECT: ResponseFormat = { name: "json_object", schema: { type: "object" }, strict: true };

/**
 * The format of the answer as a job has it; `undefined` for text.
 *
 * @param request as it was sent: `null` says something in a schema, and counts as absent elsewhere.
 * @param field path of the schema in the request.
 * @throws {ApiError} that names the field at fault.
 */
export function toResponseFormat(
  format: ResponseFormatRequest | undefined,
  request: unknown,
  field: string,
): ResponseFormat | undefined {
  if (format === undefined || format.type === "text") return undefined;
  if (format.type === "json_object") return JSON_OBJECT;
  const { name, description, strict = false } = format.json_schema;
  const schema = schemaAsSent(request) ?? JSON_OBJECT.schema;
  const fault = findSchemaFault(schema);
  if (fault !== undefined) {
    throw new ApiError("invalid_request", `${field}: ${fault}.`, field);
  }
  return { name, ...(description !== undefined && { description }), schema, strict };
}

const sentSchema = z.object({
  response_format: z.object({ json_schema: z.object({ schema: jsonSchemaSchema }) }),
});

function schemaAsSent(request: unknown): JsonSchema | undefined {
  return sentSchema.safeParse(request).data?.response_format.json_schema.schema;
}
