import { jsonSchemaSchema, workerSchema } from "@bullpen/contracts";
import { z } from "zod";
import { listSchema } from "./list.js";

/** A model that queries may name, in the form of the OpenAI API. */
export const modelViewSchema = z.object({
  id: z.string().describe("The name that requests give as `model`."),
  object: z.literal("model"),
  created: z.int().describe("Unix seconds."),
  owned_by: z.string(),
  bullpen: z.object({
    served: z
      .boolean()
      .describe("Whether a worker serves the model at the moment; without one its queries wait."),
    context_tokens: z.int().describe("Tokens that prompt and answer may take together."),
  }),
});
export type ModelView = z.output<typeof modelViewSchema>;

export const modelListSchema = listSchema(modelViewSchema);

export const toolViewSchema = z.object({
  id: z.string().describe("The name that requests give in `tools`."),
  object: z.literal("tool"),
  description: z.string(),
  input_schema: jsonSchemaSchema.nullable().describe("JSON Schema of the input; null where it is a text."),
  prompt_tokens: z.int().describe("About how many tokens the tool takes of every prompt."),
  offered_by_default: z.boolean().describe("Whether a query on the default model gets it without naming it."),
});
export type ToolView = z.output<typeof toolViewSchema>;

export const toolListSchema = listSchema(toolViewSchema);

/** A worker process, as of its last heartbeat. Times are Unix milliseconds. */
export const workerViewSchema = z.object({ object: z.literal("worker"), ...workerSchema.shape });

export const workerListSchema = listSchema(workerViewSchema);
