import { batchStatusSchema, filePurposeSchema, queryStatusSchema } from "@bullpen/contracts";
import { z } from "zod";
import { pageSettings } from "./list.js";

/** What the query strings of requests may hold. */

/** Longer waits would meet the time limits of common proxies. */
const LONGEST_WAIT_SECONDS = 60;
const waitMessage = `must be a number of seconds from 0 to ${LONGEST_WAIT_SECONDS}`;

const includeParameter = z.union([z.string(), z.array(z.string())]).optional();

/** `GET /v1/queries/{id}` */
export const getQueryParameters = z.object({
  wait: z.coerce
    .number(waitMessage)
    .min(0, waitMessage)
    .max(LONGEST_WAIT_SECONDS, waitMessage)
    .default(0)
    .describe("Seconds to wait for the query's end before answering."),
});

/** `GET /v1/queries/{id}/transcript` */
export const getTranscriptParameters = z.object({
  prompt: z
    .enum(["true", "false"], "must be true or false")
    .default("false")
    .describe("`true`: each turn comes with the conversation that the model went on from."),
});

/** `GET /v1/queries` */
export const listQueriesParameters = z.object({
  status: queryStatusSchema.optional().describe("Only queries in this status."),
  ...pageSettings("query", 20, 100),
});

/** `GET /v1/files` */
export const listFilesParameters = z.object({
  ...pageSettings("file", 10_000, 10_000),
  order: z.enum(["asc", "desc"]).default("desc").describe("By creation time; `desc`: newest first."),
  purpose: filePurposeSchema.optional().describe("Only files of this purpose."),
});

/** `GET /v1/batches` */
export const listBatchesParameters = z.object({
  status: batchStatusSchema.optional().describe("Only batches in this status."),
  ...pageSettings("batch", 20, 100),
});

/** Most lines that a page of results may hold: more are a stream. */
const MAX_RESULT_LINES = 1_000;
const limitMessage = `must be a whole number from 1 to ${MAX_RESULT_LINES}`;
const linesMessage = "must be the number of lines that you have already";

/** `GET /v1/batches/{id}/results` */
export const batchResultsParameters = z.object({
  after: z.coerce
    .number(linesMessage)
    .int(linesMessage)
    .min(0, linesMessage)
    .default(0)
    .describe("Lines to skip: the number that you have already."),
  follow: z
    .enum(["true", "false"], "must be true or false")
    .default("true")
    .describe("`true`: the response ends with the batch; `false`: it ends with the lines available now."),
  limit: z.coerce
    .number(limitMessage)
    .int(limitMessage)
    .min(1, limitMessage)
    .max(MAX_RESULT_LINES, limitMessage)
    .optional()
    .describe("Most lines of the response, which then ends. Default: no bound."),
  format: z
    .enum(["jsonl", "parquet"], "must be jsonl or parquet")
    .default("jsonl")
    .describe("`parquet`: a file with a row a line."),
});

/** `GET /v1/webhook_endpoints` */
export const listWebhookEndpointsParameters = z.object(pageSettings("webhook_endpoint", 20, 100));

/** `GET /v1/webhook_endpoints/{id}/deliveries` */
export const listWebhookDeliveriesParameters = z.object(pageSettings("event", 20, 100));

const afterMessage = "must be the number of the last event that you have";

/** `GET /v1/responses/{id}` */
export const getResponseParameters = z.object({
  stream: z
    .enum(["true", "false"], "must be true or false")
    .default("false")
    .describe("`true`: the events of the response, to its end."),
  starting_after: z.coerce
    .number(afterMessage)
    .int(afterMessage)
    .min(0, afterMessage)
    .optional()
    .describe("The `sequence_number` of the last event that you have: those after it are sent."),
  /** There is no padding. */
  include_obfuscation: z.string().optional(),
  include: includeParameter,
  "include[]": includeParameter,
});

/** `GET /v1/responses/{id}/input_items` */
export const listInputItemsParameters = z.object({
  after: z.string().optional().describe("The id of the item after which the page begins."),
  limit: pageSettings("query", 20, 100).limit,
  order: z
    .enum(["asc", "desc"])
    .default("desc")
    .describe("`asc`: as the request had them; `desc`: the last one first."),
  /** What items may have besides: they have all. */
  include: includeParameter,
  "include[]": includeParameter,
});
