export { tracingSettings } from "./settings.js";
export { startTracing } from "./start-tracing.js";
export type { TracedQuery, Tracing } from "./tracing.js";
