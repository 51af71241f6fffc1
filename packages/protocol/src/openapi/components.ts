import { z } from "zod";
import { auditEventViewSchema, auditPageSchema } from "../audit/audit-view.js";
import { batchEstimateSchema } from "../batches/batch-estimate.js";
import { batchFailuresSchema } from "../batches/batch-failures.js";
import { batchHistogramsSchema } from "../batches/batch-histograms.js";
import { batchResultLineSchema } from "../batches/batch-result.js";
import { batchListSchema, batchPageSchema, batchViewSchema } from "../batches/batch-view.js";
import { retriedBatchesSchema } from "../batches/retry-batches.js";
import {
  agentTraceSchema,
  chatCompletionChunkSchema,
  chatCompletionSchema,
} from "../chat/chat-completion.js";
import { errorBodySchema } from "../errors.js";
import { deletedFileSchema, filePageSchema, fileViewSchema } from "../files/file-view.js";
import { historyViewSchema } from "../history/history-view.js";
import { toList, toPage } from "../list.js";
import {
  modelListSchema,
  modelViewSchema,
  toolListSchema,
  toolViewSchema,
  workerListSchema,
  workerViewSchema,
} from "../models.js";
import { MAX_QUERIES_PER_REQUEST } from "../queries/query-request.js";
import {
  acceptedQueriesSchema,
  acceptedQuerySchema,
  queryPageSchema,
  queryViewSchema,
  queueListSchema,
  queueViewSchema,
} from "../queries/query-view.js";
import { transcriptViewSchema } from "../queries/transcript-view.js";
import {
  leasedToolCallsSchema,
  toolCallLeaseSchema,
  toolCallPageSchema,
  toolCallViewSchema,
  toolOutputsSchema,
} from "../tool-calls/tool-call-view.js";
import { usageListSchema } from "../usage/usage-view.js";
import { webhookEventSchema } from "../webhooks/webhook-event.js";
import {
  deletedWebhookEndpointSchema,
  webhookDeliveryPageSchema,
  webhookDeliveryViewSchema,
  webhookEndpointPageSchema,
  webhookEndpointViewSchema,
  webhookEndpointWithSecretSchema,
  webhookEventTypesSchema,
  webhookTestResultSchema,
} from "../webhooks/webhook-view.js";
import { apiKeyAnswers } from "./api-key-components.js";
import { batchEstimateExample, batchFailuresExample, batchHistogramsExample } from "./batch-examples.js";
import * as examples from "./examples.js";
import { historyExample } from "./history-example.js";
import { type Component, REQUESTS } from "./request-components.js";
import { RESPONSE_ANSWERS } from "./response-components.js";
import { transcriptExample } from "./transcript-example.js";

const SECRET = { signing_secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };

/** The bodies that answers and webhooks hold. */
const ANSWERS = {
  Error: { schema: errorBodySchema, example: examples.errorExample },
  ChatError: {
    schema: errorBodySchema.extend({ bullpen: agentTraceSchema.optional() }),
    example: examples.errorExample,
  },
  AcceptedQuery: { schema: acceptedQuerySchema, example: examples.acceptedQueryExample },
  AcceptedQueries: { schema: acceptedQueriesSchema, example: toList([examples.acceptedQueryExample]) },
  Query: { schema: queryViewSchema, example: examples.queryExample },
  QueryTranscript: { schema: transcriptViewSchema, example: transcriptExample },
  QueryPage: { schema: queryPageSchema, example: toPage([examples.queryExample], false) },
  Queue: { schema: queueViewSchema, example: examples.queueExample },
  QueueList: { schema: queueListSchema, example: toList([examples.queueExample]) },
  ChatCompletion: { schema: chatCompletionSchema, example: examples.chatCompletionExample },
  ChatCompletionChunk: { schema: chatCompletionChunkSchema, example: examples.chatChunkExample },
  ...RESPONSE_ANSWERS,
  ToolCall: { schema: toolCallViewSchema, example: examples.toolCallExample },
  ToolCallPage: { schema: toolCallPageSchema, example: toPage([examples.toolCallExample], false) },
  LeasedToolCalls: {
    schema: leasedToolCallsSchema,
    example: toList([{ ...examples.toolCallExample, ...examples.leaseExample }]),
  },
  ToolCallLease: {
    schema: toolCallLeaseSchema,
    example: {
      object: "tool_call.lease",
      tool_call_id: examples.toolCallExample.id,
      ...examples.leaseExample,
    },
  },
  ToolOutputs: {
    schema: toolOutputsSchema,
    example: {
      object: "tool_outputs",
      query_id: examples.toolCallExample.query_id,
      data: [{ tool_call_id: examples.toolCallExample.id, status: "recorded" }],
    },
  },
  Batch: { schema: batchViewSchema, example: examples.batchExample },
  BatchPage: { schema: batchPageSchema, example: toPage([examples.batchExample], false) },
  RetriedBatches: {
    schema: retriedBatchesSchema,
    example: {
      ...toList([examples.batchExample]),
      has_more: false,
      last_id: examples.batchExample.id,
      skipped: [],
    },
  },
  BatchList: { schema: batchListSchema, example: toList([examples.batchExample]) },
  BatchEstimate: { schema: batchEstimateSchema, example: batchEstimateExample },
  BatchHistograms: { schema: batchHistogramsSchema, example: batchHistogramsExample },
  BatchFailures: { schema: batchFailuresSchema, example: batchFailuresExample },
  BatchResultLine: {
    schema: batchResultLineSchema,
    example: {
      id: "batch_req_mju3k2a10001f3c9d1e07ab2c",
      custom_id: "question-1",
      response: {
        status_code: 200,
        request_id: "req_mju3k2a10001f3c9d1e07ab2c",
        body: examples.chatCompletionExample,
      },
      error: null,
    },
  },
  File: { schema: fileViewSchema, example: examples.fileExample },
  FilePage: { schema: filePageSchema, example: toPage([examples.fileExample], false) },
  DeletedFile: {
    schema: deletedFileSchema,
    example: { id: examples.fileExample.id, object: "file", deleted: true },
  },
  WebhookEndpoint: { schema: webhookEndpointViewSchema, example: examples.webhookEndpointExample },
  WebhookEndpointWithSecret: {
    schema: webhookEndpointWithSecretSchema,
    example: { ...examples.webhookEndpointExample, ...SECRET },
  },
  WebhookEndpointPage: {
    schema: webhookEndpointPageSchema,
    example: toPage([examples.webhookEndpointExample], false),
  },
  DeletedWebhookEndpoint: {
    schema: deletedWebhookEndpointSchema,
    example: { id: examples.webhookEndpointExample.id, object: "webhook_endpoint.deleted", deleted: true },
  },
  WebhookTestResult: {
    schema: webhookTestResultSchema,
    example: {
      object: "webhook_endpoint.test",
      webhook_endpoint_id: examples.webhookEndpointExample.id,
      event_type: "webhook.test",
      success: true,
      status_code: 200,
    },
  },
  WebhookDelivery: { schema: webhookDeliveryViewSchema, example: examples.webhookDeliveryExample },
  WebhookDeliveryPage: {
    schema: webhookDeliveryPageSchema,
    example: toPage([examples.webhookDeliveryExample], false),
  },
  WebhookEvent: { schema: webhookEventSchema, example: examples.webhookEventExample },
  WebhookEventTypes: { schema: webhookEventTypesSchema, example: toList(["batch.completed"]) },
  Model: { schema: modelViewSchema, example: examples.modelExample },
  ModelList: { schema: modelListSchema, example: toList([examples.modelExample]) },
  Tool: { schema: toolViewSchema, example: examples.toolExample },
  AuditEvent: { schema: auditEventViewSchema, example: examples.auditEventExample },
  AuditPage: { schema: auditPageSchema, example: toPage([examples.auditEventExample], false) },
  ...apiKeyAnswers,
  UsageList: { schema: usageListSchema, example: toList([examples.usageExample]) },
  History: { schema: historyViewSchema, example: historyExample },
  ToolList: { schema: toolListSchema, example: toList([examples.toolExample]) },
  Worker: { schema: workerViewSchema, example: examples.workerExample },
  WorkerList: { schema: workerListSchema, example: toList([examples.workerExample]) },
  Health: {
    schema: z.object({ status: z.literal("ok") }),
    example: { status: "ok" },
  },
  Readiness: {
    schema: z.object({
      status: z.enum(["ok", "unavailable"]),
      reason: z.string().optional().describe("What is missing."),
    }),
    example: { status: "ok" },
  },
} satisfies Record<string, Component>;

export type RequestName = keyof typeof REQUESTS;
export type AnswerName = keyof typeof ANSWERS;

/** A JSON Schema of the dialect 2020-12, which is OpenAPI 3.1's. */
export type JsonSchemaObject = Readonly<Record<string, unknown>>;

export function exampleOf(name: RequestName | AnswerName): object {
  return { ...REQUESTS, ...ANSWERS }[name].example;
}

/** `components.schemas` of the document. Schemas refer to each other by `$ref`. */
export function componentSchemas(): Record<string, JsonSchemaObject> {
  const bulk = {
    type: "array",
    items: refTo("QueryRequest"),
    minItems: 1,
    maxItems: MAX_QUERIES_PER_REQUEST,
  };
  return {
    ...toSchemas(REQUESTS, "input"),
    QueryRequests: bulk,
    ...toSchemas(ANSWERS, "output"),
  };
}

export function refTo(name: RequestName | AnswerName | "QueryRequests"): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function toSchemas(components: Record<string, Component>, io: "input" | "output") {
  const registry = z.registry<{ id: string; examples: object[] }>();
  for (const [id, { schema, example }] of Object.entries(components)) {
    registry.add(schema, { id, examples: [example] });
  }
  const { schemas } = z.toJSONSchema(registry, {
    ...(io === "input" ? OPTIONS : ANSWER_OPTIONS),
    io,
    uri: (id) => refTo(id as AnswerName).$ref,
  });
  const named = Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]);
  return Object.fromEntries(named) as Record<string, JsonSchemaObject>;
}

/** The query parameters of a request, by name. */
export function parameterSchemas(parameters: z.ZodObject): Record<string, JsonSchemaObject> {
  const { properties } = z.toJSONSchema(parameters, { ...OPTIONS, io: "input" });
  return (properties ?? {}) as Record<string, JsonSchemaObject>;
}

const OPTIONS = {
  unrepresentable: "any",
  override: ({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    // Every integer here is a safe one: to say so would only be noise.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  },
} satisfies z.core.ToJSONSchemaParams;

/** Answers may get further fields one day. Clients must ignore those that they do not know. */
const ANSWER_OPTIONS = {
  ...OPTIONS,
  override: (context: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    OPTIONS.override(context);
    if (context.jsonSchema.additionalProperties === false) delete context.jsonSchema.additionalProperties;
  },
} satisfies z.core.ToJSONSchemaParams;
