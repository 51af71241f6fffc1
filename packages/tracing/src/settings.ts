import { readOtlpHeaders } from "@bullpen/contracts";
import { z } from "zod";

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const url = z
  .url({ protocol: /^https?$/, error: "must be an HTTP URL such as http://localhost:4318" })
  .optional();

const ratio = "must be a number from 0 to 1";

/** Settings of tracing, under the names that OpenTelemetry gives them. Off while no endpoint is named. */
export const tracingSettings = {
  OTEL_SDK_DISABLED: z
    .enum(["true", "false"], "must be true or false")
    .optional()
    .meta({ description: "`true`: there are no traces, whatever else is set.", defaultText: "`false`" }),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"], "must be otlp or none").optional().meta({
    description: "`otlp` sends traces, `none` does not.",
    defaultText: "`otlp` where an endpoint is set, else `none`",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.describe(
    "The collector that traces go to; `/v1/traces` is added. Naming it switches tracing on. With `OTEL_TRACES_EXPORTER=otlp` the default is `http://localhost:4318`.",
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.describe("The same as a whole URL, for traces alone."),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional().meta({
    secret: true,
    description: "Headers sent to the collector: `name=value,name=value`, percent-encoded.",
  }),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: z
    .string()
    .optional()
    .meta({ secret: true, description: "Further headers, for traces alone." }),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(["http/protobuf", "http/json"], "must be http/protobuf or http/json; gRPC is not spoken")
    .optional()
    .meta({ description: "How traces are encoded.", defaultText: "`http/protobuf`" }),
  OTEL_SERVICE_NAME: z.string().optional().meta({
    description: "The service that spans belong to.",
    defaultText: "`bullpen-` and the process: `bullpen-worker`",
  }),
  OTEL_RESOURCE_ATTRIBUTES: z
    .string()
    .optional()
    .describe("Attributes of every process: `deployment.environment.name=staging,…`."),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, `must be one of ${SAMPLERS.join(", ")}`)
    .optional()
    .meta({
      description:
        "Which traces are recorded; `parentbased_…` follows the caller's decision where there is one.",
      defaultText: "`parentbased_always_on`",
    }),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number(ratio).min(0, ratio).max(1, ratio).optional().meta({
    description: "The part of traces that the samplers with `traceidratio` record.",
    defaultText: "1",
  }),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: z
    .string()
    .transform((value) => ["true", "span_only", "span_and_event"].includes(value.toLowerCase()))
    .optional()
    .meta({
      description: "`true`: spans hold prompts, answers, and inputs and results of tools.",
      defaultText: "`false`",
    }),
};

export type TracingEnv = z.output<z.ZodObject<typeof tracingSettings>>;

/** Whether the settings switch tracing on. */
export function isTracingOn(env: TracingEnv): boolean {
  if (env.OTEL_SDK_DISABLED === "true" || env.OTEL_TRACES_EXPORTER === "none") return false;
  return env.OTEL_TRACES_EXPORTER === "otlp" || endpointOf(env) !== undefined;
}

function endpointOf(env: TracingEnv): string | undefined {
  return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT;
}

/** Where traces are sent, and with which headers. */
export function targetOf(env: TracingEnv): { url: string; headers: Record<string, string> } {
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "http://localhost:4318";
  return {
    url: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? `${base.replace(/\/$/, "")}/v1/traces`,
    headers: {
      ...readOtlpHeaders(env.OTEL_EXPORTER_OTLP_HEADERS ?? ""),
      ...readOtlpHeaders(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? ""),
    },
  };
}
