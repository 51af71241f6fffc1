import { isId, MAX_QUERY_LENGTH, readCallId } from "@bullpen/contracts";
import { z } from "zod";

/** Most calls that one request hands out. */
const MAX_LEASED = 100;
/** Longest lease, in seconds: a tool server that dies keeps its calls from others for this time. */
const MAX_LEASE_SECONDS = 3_600;
/** Long enough for most functions; those that take longer extend it. */
const DEFAULT_LEASE_SECONDS = 60;
/** Longer waits would meet the time limits of common proxies. */
const MAX_WAIT_SECONDS = 60;

const callIdSchema = z
  .string("is required, and must be text")
  .refine((id) => readCallId(id) !== undefined, "must be the id of a call, such as call_…_0");

/** The body of `POST /v1/queries/{id}/tool_outputs`. */
export const toolOutputsRequestSchema = z.strictObject({
  tool_outputs: z
    .array(
      z.strictObject({
        tool_call_id: callIdSchema.describe("The id of the call."),
        output: z
          .string("is required, and must be text")
          .max(MAX_QUERY_LENGTH, `must have at most ${MAX_QUERY_LENGTH} characters`)
          .describe("What the model is told of the result."),
        is_error: z.boolean().default(false).describe("Whether the call failed. Default: false."),
      }),
    )
    .min(1, "must hold an output")
    .max(MAX_LEASED),
});

/** The body of `POST /v1/tool_calls/lease`. */
export const leaseCallsRequestSchema = z.strictObject({
  tools: z
    .array(z.string().min(1).max(64))
    .min(1, "must name a tool")
    .max(128)
    .describe("Names of the tools whose calls are wanted."),
  max_calls: z.int().min(1).max(MAX_LEASED).default(1).describe("Most calls to hand out. Default: 1."),
  lease_seconds: z
    .number()
    .min(1)
    .max(MAX_LEASE_SECONDS)
    .default(DEFAULT_LEASE_SECONDS)
    .describe("Seconds for which nobody else gets the calls. Default: 60."),
  wait_seconds: z
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .default(0)
    .describe("Seconds to wait for a call if there is none. Default: 0."),
});

/** The body of `POST /v1/tool_calls/{id}/lease`. */
export const extendLeaseRequestSchema = z.strictObject({
  lease_id: z.string().min(1).max(64).describe("The lease under which the call was handed out."),
  lease_seconds: z
    .number()
    .min(0)
    .max(MAX_LEASE_SECONDS)
    .default(DEFAULT_LEASE_SECONDS)
    .describe("Seconds from now; 0 hands the call back. Default: 60."),
});

/** `GET /v1/tool_calls` */
export const listToolCallsParameters = z.object({
  tool: z.string().max(64).optional().describe("Only calls of this tool."),
  query_id: z
    .string()
    .refine((id) => isId("query", id), "must be an id of the kind query")
    .optional()
    .describe("Only calls of this query."),
  after: callIdSchema
    .optional()
    .describe("The id after which the page begins: `last_id` of the page before."),
  limit: z.coerce
    .number("must be a whole number from 1 to 100")
    .int("must be a whole number from 1 to 100")
    .min(1, "must be a whole number from 1 to 100")
    .max(100, "must be a whole number from 1 to 100")
    .default(20)
    .describe("The most entries that the page may hold."),
});
