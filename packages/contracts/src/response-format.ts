import { z } from "zod";
import { jsonSchemaSchema } from "./tools.js";

/** The JSON that an answer has to be. */
export const responseFormatSchema = z.object({
  /** What the kind of answer is called: for the model, and for servers that take named schemas. */
  name: z.string(),
  /** For the model: what the answer is for. */
  description: z.string().optional(),
  schema: jsonSchemaSchema,
  /** Whether a query whose answer does not fit fails; otherwise the answer is delivered as it is. */
  strict: z.boolean(),
});
export type ResponseFormat = z.output<typeof responseFormatSchema>;
