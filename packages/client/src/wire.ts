import type {
  bulkBatchSchema,
  ChatCompletion,
  chatFailureBodySchema,
  chatRequestSchema,
  createApiKeySchema,
  createBatchSchema,
  createWebhookEndpointSchema,
  deletedFileSchema,
  deletedWebhookEndpointSchema,
  ErrorBody,
  estimateBatchSchema,
  pageSchema,
  queryRequestSchema,
  ResponseView,
  retryBatchesSchema,
  retryBatchSchema,
  updateBatchSchema,
  updateWebhookEndpointSchema,
  webhookTestResultSchema,
  workerViewSchema,
} from "@bullpen/protocol";
import type { z } from "zod";

/** A query to submit: `query`, and whatever else `POST /v1/queries` takes. */
export type QueryParameters = z.input<typeof queryRequestSchema>;

/** The body of `POST /v1/chat/completions`; whether it streams follows from the method that is called. */
export type ChatParameters = Omit<z.input<typeof chatRequestSchema>, "stream" | "stream_options">;

/** What a batch is created from. Default: lines are chats, the completion window is a day. */
export type BatchParameters = Partial<z.input<typeof createBatchSchema>>;

export type BatchUpdate = z.input<typeof updateBatchSchema>;
/** Which of the batches that have not ended are changed, and how. */
export type BulkBatchParameters = z.input<typeof bulkBatchSchema>;

/** Of which file an estimate is made, and by how many of its lines. */
export type EstimateParameters = z.input<typeof estimateBatchSchema>;

/** The failed lines of which batches run again, and how many at a time. */
export type RetryBatchesParameters = z.input<typeof retryBatchesSchema>;

/** Which failed lines of a batch run again, and where. */
export type RetryParameters = z.input<typeof retryBatchSchema>;

export type ApiKeyParameters = z.input<typeof createApiKeySchema>;

export type WebhookEndpointParameters = z.input<typeof createWebhookEndpointSchema>;
export type WebhookEndpointChanges = z.input<typeof updateWebhookEndpointSchema>;

/** One page of a list. */
export type Page<T> = Omit<z.output<ReturnType<typeof pageSchema>>, "data"> & { readonly data: readonly T[] };

export type WorkerView = z.output<typeof workerViewSchema>;
export type DeletedFile = z.output<typeof deletedFileSchema>;
export type DeletedWebhookEndpoint = z.output<typeof deletedWebhookEndpointSchema>;
export type WebhookTestResult = z.output<typeof webhookTestResultSchema>;

/** A result line of a batch: `response` where the line was run or refused, `error` where the batch ended before. */
export interface BatchResult {
  readonly id: string;
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly request_id: string;
    readonly body: ChatCompletion | ResponseView | z.output<typeof chatFailureBodySchema> | ErrorBody;
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}
