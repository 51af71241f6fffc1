import {
  guardsRequestSchema,
  limitsSchema,
  MAX_QUERY_LENGTH,
  MAX_VOTES,
  metadataSchema,
  onLimitSchema,
  samplingRequestSchema,
  votesSchema,
} from "@bullpen/contracts";
import { z } from "zod";
import { responseFormatParameter } from "../chat/response-format.js";
import { serviceTierParameter } from "../service-tier.js";
import { chatToolChoiceSchema, queryToolsSchema, waitParameters } from "../tools/caller-tools-request.js";

/** Most queries in one `POST /v1/queries`. */
export const MAX_QUERIES_PER_REQUEST = 1_000;

/** How many runs vote, of queries, chat completions and batches. */
export const votesParameter = votesSchema
  .optional()
  .describe(
    `Runs the query up to so many times with different seeds, and answers with what most runs answer. At most ${MAX_VOTES}. Default: 1, or what the batch says.`,
  );

/** Texts at which an answer ends, as OpenAI takes them. */
const MAX_STOPS = 4;
const stopText = z.string().max(256, "must have at most 256 characters");

export const stopParameter = z
  .union(
    [stopText, z.array(stopText).max(MAX_STOPS, `must hold at most ${MAX_STOPS} texts`)],
    "must be a text, or a list of texts",
  )
  .transform((stop) => {
    const texts = [stop].flat().filter((text) => text !== "");
    return texts.length > 0 ? texts : undefined;
  })
  .optional()
  .describe(
    "Texts, 4 at most, before the first of which the answer ends. JSON (`response_format`) ends by itself.",
  );

/** What a request says of the agent's loop besides its limits. */
export const loopParameters = {
  on_limit: onLimitSchema
    .optional()
    .describe(
      "The last turn that the limits allow: `answer` holds it to the final answer, `fail` lets the query fail. Default: as the server has it (`ON_LIMIT`).",
    ),
  guards: guardsRequestSchema.optional(),
  votes: votesParameter,
};

/** The body of `POST /v1/queries`, or one element of its array. */
export const queryRequestSchema = z.strictObject({
  query: z
    .string()
    .max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`)
    .refine((text) => text.trim() !== "", "must not be empty")
    .describe("The question."),
  model: z.string().optional().describe("Default: the model that the server was started with."),
  custom_id: z.string().min(1).max(512).optional().describe("Your own name for the query; returned as sent."),
  tools: queryToolsSchema
    .optional()
    .describe(
      "Names of the tools that the agent may use, and functions of your own. Default: those with `offered_by_default`. With none the model answers in plain text.",
    ),
  response_format: responseFormatParameter.optional(),
  stop: stopParameter,
  tool_choice: chatToolChoiceSchema.optional(),
  ...waitParameters,
  metadata: metadataSchema.optional().describe("Your own notes: up to 16 pairs; returned as sent."),
  ...samplingRequestSchema.shape,
  ...limitsSchema.shape,
  ...loopParameters,
  service_tier: serviceTierParameter,
});
export type QueryRequest = z.output<typeof queryRequestSchema>;
