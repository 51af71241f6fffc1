import { isTracingOn } from "./settings.js";
import type { Tracing, TracingOptions } from "./tracing.js";

/** Tracing as the settings have it; `undefined` while it is off, and then nothing of OpenTelemetry is loaded. */
export async function startTracing(options: TracingOptions): Promise<Tracing | undefined> {
  if (!isTracingOn(options.env)) return undefined;
  const { openTracing } = await import("./sdk/open-tracing.js");
  return openTracing(options);
}
