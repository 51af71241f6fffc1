export * from "./access/api-key-request.js";
export * from "./access/api-key-view.js";
export * from "./audit/audit-view.js";
export * from "./batches/batch-estimate.js";
export * from "./batches/batch-failures.js";
export * from "./batches/batch-histograms.js";
export * from "./batches/batch-request.js";
export * from "./batches/batch-result.js";
export * from "./batches/batch-view.js";
export { completionWindowSeconds } from "./batches/completion-window.js";
export {
  type RetriedBatches,
  type RetryBatches,
  retryBatchesSchema,
} from "./batches/retry-batches.js";
export * from "./chat/accept-chat.js";
export * from "./chat/chat-completion.js";
export * from "./chat/chat-request.js";
export { restoreSteps } from "./chat/restore-steps.js";
export * from "./errors.js";
export * from "./files/file-request.js";
export * from "./files/file-view.js";
export * from "./history/history-view.js";
export * from "./list.js";
export * from "./models.js";
export * from "./parameters.js";
export * from "./parse-request.js";
export * from "./queries/accept-query.js";
export * from "./queries/query-request.js";
export * from "./queries/query-view.js";
export {
  type TranscriptTurn,
  type TranscriptView,
  transcriptViewSchema,
} from "./queries/transcript-view.js";
export { acceptResponse, acceptResponseLine, isReadable } from "./responses/accept-response.js";
export { itemIdOf, queryOfResponse, responseIdOf } from "./responses/item-ids.js";
export type { OutputItem } from "./responses/output-items.js";
export type { ResponseEvent } from "./responses/response-events.js";
export type { ResponseQuery } from "./responses/response-query.js";
export type { ResponseView } from "./responses/response-view.js";
export { toOutputItems } from "./responses/to-output-items.js";
export { toResponse, toResponseResult } from "./responses/to-response.js";
export * from "./service-tier.js";
export * from "./tool-calls/tool-call-request.js";
export * from "./tool-calls/tool-call-view.js";
export * from "./usage/usage-view.js";
export type { WebhookEvent } from "./webhooks/webhook-event.js";
export * from "./webhooks/webhook-request.js";
export * from "./webhooks/webhook-view.js";
