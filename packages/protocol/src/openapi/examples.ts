/** One object of each kind, for the reference. A test passes each through its schema. */

const CREATED_MS = 1_767_225_600_000;
const CREATED = CREATED_MS / 1_000;

const usage = {
  prompt_tokens: 812,
  cached_tokens: 640,
  completion_tokens: 58,
  total_tokens: 870,
  turns: 2,
  tool_calls: 1,
};

const step = {
  tool_name: "Calculator",
  input: "output = 17 * 23",
  observation: "391",
  is_error: false,
  guard: null,
};

export const queryExample = {
  id: "query_mju3k2a10001f3c9d1e07ab2c",
  object: "query",
  status: "completed",
  model: "demo",
  query: "What is 17 times 23?",
  custom_id: "question-1",
  answer: "17 times 23 is 391.",
  finish_reason: "stop",
  forced: false,
  forced_by: null,
  error: null,
  steps: [step],
  usage,
  created_at: CREATED_MS,
  finished_at: CREATED_MS + 2_400,
  metadata: null,
};

export const acceptedQueryExample = {
  id: queryExample.id,
  object: "query",
  status: "queued",
  custom_id: "question-1",
};

export const batchExample = {
  id: "batch_mju3k2a10002f3c9d1e07ab2c",
  object: "batch",
  endpoint: "/v1/chat/completions",
  model: "demo",
  errors: null,
  input_file_id: "file-mju3k2a10003f3c9d1e07ab2c",
  completion_window: "24h",
  status: "in_progress",
  output_file_id: null,
  error_file_id: null,
  created_at: CREATED,
  in_progress_at: CREATED + 1,
  expires_at: CREATED + 86_400,
  finalizing_at: null,
  completed_at: null,
  failed_at: null,
  expired_at: null,
  cancelling_at: null,
  cancelled_at: null,
  request_counts: { total: 1_000, completed: 240, failed: 2 },
  usage: {
    input_tokens: 196_504,
    input_tokens_details: { cached_tokens: 154_880 },
    output_tokens: 14_036,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 210_540,
  },
  metadata: null,
  bullpen: {
    lines_per_second: 4.2,
    seconds_left: 181,
    expected_end_at: CREATED + 241,
    meets_window: true,
    priority: 10,
    paused_at: null,
    cost: { amount: 0.105, currency: "USD" },
    max_total_tokens: 1_000_000,
    budget_exhausted_at: null,
    input_uri: null,
    output_uri: null,
    output_error: null,
    retry_of: null,
  },
};

export const fileExample = {
  id: batchExample.input_file_id,
  object: "file",
  bytes: 18_240,
  created_at: CREATED,
  expires_at: null,
  filename: "questions.jsonl",
  purpose: "batch",
  status: "processed",
  status_details: null,
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};

const trace = {
  query_id: queryExample.id,
  steps: [step],
  turns: 2,
  tool_calls: 1,
  generation_ms: 2_100,
  duration_ms: 2_400,
  forced: false,
  forced_by: null,
};

export const chatCompletionExample = {
  id: "chatcmpl-mju3k2a10001f3c9d1e07ab2c",
  object: "chat.completion",
  created: CREATED,
  model: "demo",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "17 times 23 is 391.", refusal: null },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: 812,
    completion_tokens: 58,
    total_tokens: 870,
    prompt_tokens_details: { cached_tokens: 640 },
    completion_tokens_details: { reasoning_tokens: 0 },
  },
  bullpen: trace,
};

export const chatChunkExample = {
  id: chatCompletionExample.id,
  object: "chat.completion.chunk",
  created: CREATED,
  model: "demo",
  choices: [{ index: 0, delta: { content: "17 times" }, logprobs: null, finish_reason: null }],
};

export const webhookEndpointExample = {
  id: "whe_mju3k2a10004f3c9d1e07ab2c",
  object: "webhook_endpoint",
  created_at: CREATED,
  updated_at: CREATED,
  url: "https://example.com/hooks",
  name: "",
  event_types: ["batch.completed", "batch.failed"],
  signing_secret_hint: "whsec_…bGU=",
  bullpen: { disabled_at: null, disabled_reason: null },
};

export const webhookDeliveryExample = {
  id: "evt_mju3k2a10005f3c9d1e07ab2c",
  object: "webhook_delivery",
  webhook_endpoint_id: webhookEndpointExample.id,
  event_type: "batch.completed",
  subject_id: batchExample.id,
  created_at: CREATED,
  status: "delivered",
  attempts: [{ at: CREATED, status_code: 200, error: null, duration_ms: 84 }],
  next_attempt_at: null,
};

export const webhookEventExample = {
  id: webhookDeliveryExample.id,
  object: "event",
  type: "batch.completed",
  created_at: CREATED,
  data: { id: batchExample.id },
};

export const modelExample = {
  id: "demo",
  object: "model",
  created: CREATED,
  owned_by: "bullpen",
  bullpen: { served: true, context_tokens: 4_096 },
};

export const toolExample = {
  id: "Calculator",
  object: "tool",
  description: "use it whenever the answer needs arithmetic",
  input_schema: null,
  prompt_tokens: 96,
  offered_by_default: true,
};

export const workerExample = {
  object: "worker",
  id: "worker_mju3k2a10006f3c9d1e07ab2c",
  host: "gpu-1",
  version: "0.2.0",
  pid: 4_711,
  model: "demo",
  engine: "llama.cpp",
  slots: 8,
  busy_slots: 5,
  context_tokens: 4_096,
  tokens_per_second: 212.5,
  gpus: [],
  started_at: CREATED_MS,
  seen_at: CREATED_MS + 60_000,
};

export const queueExample = {
  object: "queue",
  model: "demo",
  queued: 12,
  running: 8,
  waiting_for_tool: 3,
  completed: 240,
  not_completed: 2,
};

export const errorExample = {
  error: {
    message: "temperature: must be at most 2.",
    type: "invalid_request_error",
    code: "invalid_request",
    param: "temperature",
  },
};

export const toolCallExample = {
  id: "call_0mhv3k2a1000f3c9d1e07ab2c_0",
  object: "tool_call",
  type: "function",
  function: { name: "get_weather", arguments: '{"town":"Oslo"}' },
  query_id: "query_0mhv3k2a1000f3c9d1e07ab2c",
  custom_id: "question-1",
  created_at: 1_795_860_000_000,
  expires_at: null,
  leased_until: null,
};

export const leaseExample = { lease_id: "q3fT0cXbN1aZ", leased_until: 1_795_860_060_000 };

export const usageExample = {
  object: "usage",
  date: "2026-11-28",
  tenant: "default",
  key_id: "0123456789abcdef",
  model: "demo",
  queries: 2,
  input_tokens: 1_400,
  output_tokens: 90,
  cost: { amount: 0.000_745, currency: "USD" },
};

export const auditEventExample = {
  id: "audit_mju3k2a10001f3c9d1e07ab2c",
  object: "audit_event",
  created_at: 1_795_860_000_000,
  action: "file.delete",
  outcome: "done",
  tenant: "default",
  key_id: "0123456789abcdef",
  key_name: "CI",
  actor: null,
  route: "DELETE /v1/files/{id}",
  object_ids: ["file-mju3k2a10001f3c9d1e07ab2c"],
  status: 200,
  error_code: null,
  count: 1,
  address: "192.0.2.7",
  forwarded_for: null,
  request_id: "req_0b9c7a52-5d5e-4c1c-9f6d-0f6a4c8e2f11",
};

export const apiKeyExample = {
  id: "0123456789abcdef",
  object: "api_key",
  name: "nightly runs",
  tenant: "default",
  role: "submit",
  status: "active",
  limits: null,
  created_at: CREATED,
  expires_at: null,
  revoked_at: null,
  last_used_at: CREATED + 60,
};
