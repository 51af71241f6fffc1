import type { z } from "zod";
import { estimateBatchSchema } from "../batches/batch-estimate.js";
import {
  bulkBatchSchema,
  createBatchSchema,
  retryBatchSchema,
  updateBatchSchema,
} from "../batches/batch-request.js";
import { retryBatchesSchema } from "../batches/retry-batches.js";
import { chatRequestSchema } from "../chat/chat-request.js";
import { fileFieldsSchema } from "../files/file-request.js";
import { queryRequestSchema } from "../queries/query-request.js";
import {
  extendLeaseRequestSchema,
  leaseCallsRequestSchema,
  toolOutputsRequestSchema,
} from "../tool-calls/tool-call-request.js";
import {
  createWebhookEndpointSchema,
  rotateWebhookSecretSchema,
  testWebhookEndpointSchema,
  updateWebhookEndpointSchema,
} from "../webhooks/webhook-request.js";
import { apiKeyRequests } from "./api-key-components.js";
import * as examples from "./examples.js";
import { RESPONSE_REQUESTS } from "./response-components.js";

/** A body with its example, under the name of its schema. */
export interface Component {
  readonly schema: z.ZodType;
  readonly example: object;
}

/** The bodies that requests may send. */
export const REQUESTS = {
  QueryRequest: {
    schema: queryRequestSchema,
    example: { query: "What is 17 times 23?", custom_id: "question-1" },
  },
  ChatCompletionRequest: {
    schema: chatRequestSchema,
    example: { model: "demo", messages: [{ role: "user", content: "What is 17 times 23?" }] },
  },
  ...RESPONSE_REQUESTS,
  CreateBatchRequest: {
    schema: createBatchSchema,
    example: {
      input_file_id: examples.fileExample.id,
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
    },
  },
  UpdateBatchRequest: { schema: updateBatchSchema, example: { bullpen: { priority: 50 } } },
  BulkBatchRequest: {
    schema: bulkBatchSchema,
    example: { operation: "pause", filter: { metadata: { project: "corpus" } } },
  },
  EstimateBatchRequest: {
    schema: estimateBatchSchema,
    example: { input_file_id: examples.fileExample.id, sample: 20 },
  },
  RetryBatchesRequest: {
    schema: retryBatchesSchema,
    example: { filter: { status: "expired" }, codes: ["batch_expired"], limit: 5 },
  },
  RetryBatchRequest: { schema: retryBatchSchema, example: { codes: ["context_exceeded"] } },
  ToolOutputsRequest: {
    schema: toolOutputsRequestSchema,
    example: { tool_outputs: [{ tool_call_id: examples.toolCallExample.id, output: "4 degrees, rain" }] },
  },
  LeaseToolCallsRequest: {
    schema: leaseCallsRequestSchema,
    example: { tools: ["get_weather"], max_calls: 8, wait_seconds: 30 },
  },
  ExtendLeaseRequest: { schema: extendLeaseRequestSchema, example: { lease_id: "q3fT0cXbN1aZ" } },
  UploadFields: { schema: fileFieldsSchema, example: { purpose: "batch" } },
  CreateWebhookEndpointRequest: {
    schema: createWebhookEndpointSchema,
    example: { url: examples.webhookEndpointExample.url, event_types: ["batch.completed", "batch.failed"] },
  },
  UpdateWebhookEndpointRequest: { schema: updateWebhookEndpointSchema, example: { name: "nightly runs" } },
  RotateSecretRequest: {
    schema: rotateWebhookSecretSchema,
    example: { keep_old_secret_active_for_24_hours: true },
  },
  ...apiKeyRequests,
  TestWebhookRequest: { schema: testWebhookEndpointSchema, example: { event_type: "batch.completed" } },
} satisfies Record<string, Component>;
