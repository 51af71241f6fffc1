export type { EventType } from "@bullpen/contracts";
export { isTerminal } from "@bullpen/contracts/is-terminal";
export type {
  AcceptedQuery,
  AgentTrace,
  ApiKeyView,
  ApiKeyWithSecret,
  AuditEventView,
  BatchEstimate,
  BatchFailures,
  BatchHistograms,
  BatchView,
  ChatCompletion,
  ChatCompletionChunk,
  ChatUsage,
  FileView,
  FunctionCall,
  HistoryPeriod,
  HistoryView,
  LeasedToolCall,
  ModelView,
  QueryView,
  QueueView,
  ToolCallLease,
  ToolCallView,
  ToolOutputs,
  ToolView,
  TranscriptTurn,
  TranscriptView,
  UsageView,
  WebhookDeliveryView,
  WebhookEndpointView,
  WebhookEndpointWithSecret,
} from "@bullpen/protocol";
export type { AnswerEvent } from "./answer-stream.js";
export type { ApiKeys, RotateApiKeyOptions } from "./api-keys.js";
export type { Audit, ListAuditOptions } from "./audit.js";
export { answerOf, type ResultLines } from "./batch-results.js";
export type {
  Batches,
  ListBatchesOptions,
  ResultPageOptions,
  ResultsOptions,
  WaitForBatchOptions,
} from "./batches.js";
export { BullpenClient, type BullpenClientOptions } from "./bullpen-client.js";
export type { Chat } from "./chat.js";
export {
  BullpenError,
  ConnectionError,
  type ErrorDetails,
  RequestRefusedError,
  ServiceUnavailableError,
  UnexpectedAnswerError,
} from "./errors.js";
export type { ContentOptions, Files, ListFilesOptions, UploadOptions } from "./files.js";
export type { FileContent } from "./http/multipart-form.js";
export type { CallOptions, CreateOptions } from "./http/transport.js";
export type { History, ListUsageOptions, Models, Queues, Tools, Usage, Workers } from "./inventory.js";
export type {
  GetQueryOptions,
  ListQueriesOptions,
  Queries,
  RunQueriesOptions,
  SubmitQueriesOptions,
  TranscriptOptions,
} from "./queries.js";
export { type Question, toChatParameters } from "./to-chat-parameters.js";
export type {
  LeaseParameters,
  ListToolCallsOptions,
  ToolCalls,
  ToolOutput,
} from "./tool-calls/tool-calls.js";
export type { ServedCall, ServeToolOptions, ToolFunction, ToolServer } from "./tool-calls/tool-server.js";
export type {
  ListWebhookOptions,
  RotateSecretOptions,
  TestEndpointOptions,
  WebhookEndpoints,
} from "./webhook-endpoints.js";
export type {
  ApiKeyParameters,
  BatchParameters,
  BatchResult,
  BatchUpdate,
  BulkBatchParameters,
  ChatParameters,
  DeletedFile,
  DeletedWebhookEndpoint,
  EstimateParameters,
  Page,
  QueryParameters,
  RetryBatchesParameters,
  RetryParameters,
  WebhookEndpointChanges,
  WebhookEndpointParameters,
  WebhookTestResult,
  WorkerView,
} from "./wire.js";
