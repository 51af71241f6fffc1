export * from "./access.js";
export * from "./action.js";
export * from "./audit.js";
export * from "./batch.js";
export * from "./caller-call.js";
export * from "./caller-tools.js";
export * from "./check-json.js";
export * from "./constraint.js";
export * from "./exact-integers.js";
export * from "./guards.js";
export * from "./history.js";
export * from "./ids.js";
export { isTerminal } from "./is-terminal.js";
export * from "./jobs.js";
export * from "./json-line.js";
export * from "./language-model.js";
export * from "./logprobs.js";
export * from "./model-name.js";
export * from "./query.js";
export * from "./quote.js";
export * from "./redact.js";
export * from "./redact-values.js";
export * from "./response-format.js";
export type { ResponseJob } from "./response-job.js";
export * from "./sampling.js";
export {
  isSecretSetting,
  readOtlpHeaders,
  registerArguments,
  registerHeaders,
  registerKeys,
  registerPairs,
  registerSettings,
} from "./secrets.js";
export * from "./service-tier.js";
export * from "./split-credentials.js";
export { cutAtStop, findStop, StopFilter } from "./stop-texts.js";
export * from "./text-encoding.js";
export * from "./tool-names.js";
export * from "./tools.js";
export { readTraceContext, type TraceContext, traceContextSchema } from "./trace-context.js";
export * from "./transcript.js";
export * from "./usage.js";
export * from "./webhook.js";
export * from "./worker.js";
