import { hostname } from "node:os";
import { settlesWithin } from "@bullpen/base";
import { type DiagLogger, diag, SpanKind } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { type TracingEnv, targetOf } from "../settings.js";
import type { RequestSpan, TracedQuery, TracedRequest, Tracing, TracingOptions } from "../tracing.js";
import { chooseSampler } from "./choose-sampler.js";
import { ChosenIds } from "./chosen-ids.js";
import { endWork, toolPart, writeQuery } from "./query-spans.js";
import { ReportingExporter } from "./reporting-exporter.js";
import { callerContext, fail, SpanWriter, toTraceContext } from "./span-writer.js";

/** A process that is told to stop has five seconds to close what it has open; this is one of many things. */
const STOP_MS = 2_000;

/** Spans that wait for the collector: some seconds of a busy process. More are lost. */
const MAX_QUEUED_SPANS = 16_384;
/** A span is sent within this time: a process that is killed loses no older ones. */
const SEND_MS = 1_000;

export function openTracing(options: TracingOptions): Tracing {
  const { env, logger } = options;
  diag.setLogger(toDiagLogger(logger));
  const sampler = chooseSampler(env);
  const ids = new ChosenIds();
  const provider = new TracerProvider({
    sampler,
    idGenerator: ids,
    resource: resourceOf(options),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new ReportingExporter(openExporter(env), logger),
        maxQueueSize: MAX_QUEUED_SPANS,
        scheduledDelayMillis: SEND_MS,
      }),
    ],
  });
  const writer = new SpanWriter({ provider, sampler, ids });
  return {
    startRequest: (request) => startRequest(writer, request),
    enqueued: (queries, { startedAt, endedAt }) => {
      for (const { id, job } of queries) {
        const queue = `agent.${job.model}`;
        const span = writer.start(
          {
            name: `enqueue ${queue}`,
            kind: SpanKind.PRODUCER,
            startedAt,
            attributes: messaging("send", queue, id),
          },
          writer.below({ queryId: id, stored: job.trace_context }),
        );
        span.end(new Date(endedAt));
      }
    },
    work: async ({ queue, queryId, traceContext, step, attributes }, run) => {
      const place = { queryId, stored: traceContext };
      const span = writer.start(
        {
          name: `process ${queue}`,
          kind: SpanKind.CONSUMER,
          startedAt: Date.now(),
          attributes: { ...messaging("process", queue, queryId), ...attributes },
        },
        step === undefined ? writer.below(place) : writer.below(place, toolPart(step)),
      );
      try {
        const result = await run();
        endWork(span);
        return result;
      } catch (error) {
        endWork(span, error);
        throw error;
      }
    },
    queryEnded: (query) => void writeEnded(writer, options, query),
    stop: async () => {
      await settlesWithin(
        provider.shutdown().catch(() => {}),
        STOP_MS,
      );
    },
  };
}

/** Never rejects: a trace is no reason to fail. */
async function writeEnded(
  writer: SpanWriter,
  { env, tools, logger }: TracingOptions,
  query: TracedQuery,
): Promise<void> {
  try {
    const found = env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT
      ? await tools?.find(query.job.tools)
      : undefined;
    writeQuery(writer, query, found);
  } catch (error) {
    logger.warn({ err: error, query: query.id }, "the trace of a query could not be written");
  }
}

function startRequest(writer: SpanWriter, request: TracedRequest): RequestSpan {
  const { method, path, scheme, requestId, parent } = request;
  const span = writer.start(
    {
      name: method,
      kind: SpanKind.SERVER,
      startedAt: Date.now(),
      attributes: {
        "http.request.method": method,
        "url.path": path,
        "url.scheme": scheme,
        "bullpen.request.id": requestId,
      },
    },
    callerContext(parent),
  );
  return {
    context: toTraceContext(span.spanContext()),
    end: (status, route) => {
      if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute("http.route", route);
      span.setAttribute("http.response.status_code", status);
      if (status >= 500) fail(span, String(status));
      span.end();
    },
  };
}

function messaging(operation: "send" | "process", queue: string, queryId: string) {
  return {
    "messaging.system": "bullmq",
    "messaging.operation.type": operation,
    "messaging.operation.name": operation === "send" ? "enqueue" : "process",
    "messaging.destination.name": queue,
    "bullpen.query.id": queryId,
  };
}

function openExporter(env: TracingEnv) {
  const Exporter = env.OTEL_EXPORTER_OTLP_PROTOCOL === "http/json" ? JsonExporter : ProtobufExporter;
  return new Exporter(targetOf(env));
}

function resourceOf({ env, app }: TracingOptions) {
  return resourceFromAttributes({
    "service.name": `bullpen-${app}`,
    "service.instance.id": `${hostname()}:${process.pid}`,
    "host.name": hostname(),
    "process.pid": process.pid,
    "bullpen.process": app,
  })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(env.OTEL_SERVICE_NAME ? { "service.name": env.OTEL_SERVICE_NAME } : {}));
}

/** What OpenTelemetry itself says; of exports that fail {@link ReportingExporter} tells. */
function toDiagLogger({ warn }: TracingOptions["logger"]): DiagLogger {
  const nothing = () => {};
  return {
    error: nothing,
    warn: (message) => warn({}, message),
    info: nothing,
    debug: nothing,
    verbose: nothing,
  };
}
