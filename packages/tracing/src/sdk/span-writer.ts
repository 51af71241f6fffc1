import type { TraceContext } from "@bullpen/contracts";
import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { parseTraceParent, TraceState } from "@opentelemetry/core";
import { type Sampler, SamplingDecision, type TracerProvider } from "@opentelemetry/sdk-trace";
import { type ChosenIds, derivedSpanId, derivedTraceId } from "./chosen-ids.js";

/** The name of the agent, and of what computes its turns. */
export const AGENT = "bullpen";
export const AGENT_SPAN = `invoke_agent ${AGENT}`;

/** The part of a query that its own span is. */
const WHOLE = "query";

export interface SpanOptions {
  readonly name: string;
  readonly kind: SpanKind;
  readonly startedAt: number;
  readonly attributes: Attributes;
  readonly links?: Link[];
}

/** Starts spans at their place in the trace of a query. */
export class SpanWriter {
  readonly #provider: TracerProvider;
  readonly #sampler: Sampler;
  readonly #ids: ChosenIds;

  constructor(options: { provider: TracerProvider; sampler: Sampler; ids: ChosenIds }) {
    this.#provider = options.provider;
    this.#sampler = options.sampler;
    this.#ids = options.ids;
  }

  /** Starts a span with an id of its own. */
  start(options: SpanOptions, parent: Context): Span {
    const { name, kind, startedAt, attributes, links } = options;
    // A Date: numbers from before this process began would be taken for times since its beginning.
    const startTime = new Date(startedAt);
    return this.#provider
      .getTracer(AGENT)
      .startSpan(name, { kind, startTime, attributes, ...(links && { links }) }, parent);
  }

  /** Starts the span of a query, at its end. */
  startQuery(options: SpanOptions, queryId: string, stored: TraceContext | undefined): Span {
    const ids = { spanId: derivedSpanId(queryId, WHOLE), traceId: derivedTraceId(queryId) };
    const caller = toSpanContext(stored);
    if (!caller) return this.#ids.use(ids, () => this.start(options, ROOT_CONTEXT));
    if (stored?.linked)
      return this.#ids.use(ids, () => this.start({ ...options, links: [{ context: caller }] }, ROOT_CONTEXT));
    return this.#ids.use(ids, () => this.start(options, withParent(caller)));
  }

  /** Starts the span of a part of a query, below the query's own. */
  startPart(options: SpanOptions, place: QueryPlace, part: string): Span {
    const ids = { spanId: derivedSpanId(place.queryId, part) };
    return this.#ids.use(ids, () => this.start(options, this.below(place)));
  }

  /** The context below a query's span, or below the span of a part of it, which another process may write. */
  below({ queryId, stored }: QueryPlace, part = WHOLE): Context {
    const caller = stored?.linked ? undefined : toSpanContext(stored);
    const traceId = caller?.traceId ?? derivedTraceId(queryId);
    const traceFlags = caller?.traceFlags ?? this.#rootFlags(traceId);
    return withParent({
      ...{ traceId, spanId: derivedSpanId(queryId, part), traceFlags, isRemote: true },
      ...(caller?.traceState && { traceState: caller.traceState }),
    });
  }

  /** What the sampler decides about a trace that begins with a query. */
  #rootFlags(traceId: string): TraceFlags {
    const { decision } = this.#sampler.shouldSample(
      ROOT_CONTEXT,
      traceId,
      AGENT_SPAN,
      SpanKind.INTERNAL,
      {},
      [],
    );
    return decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE;
  }
}

/** A query, and the trace context that it was submitted with. */
export interface QueryPlace {
  readonly queryId: string;
  readonly stored: TraceContext | undefined;
}

/** The context below a caller's span; without one that of a new trace. */
export function callerContext(caller: TraceContext | undefined): Context {
  const context = toSpanContext(caller);
  return context ? withParent(context) : ROOT_CONTEXT;
}

/** A span as the header that names it. */
export function toTraceContext({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, "0");
  const state = traceState?.serialize();
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(state && { tracestate: state }) };
}

/** Marks a span as failed. @param type a short name of what went wrong. */
export function fail(span: Span, type: string): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

function toSpanContext(stored: TraceContext | undefined): SpanContext | undefined {
  const parsed = stored && parseTraceParent(stored.traceparent);
  if (!parsed) return undefined;
  return {
    ...{ ...parsed, isRemote: true },
    ...(stored.tracestate !== undefined && { traceState: new TraceState(stored.tracestate) }),
  };
}

function withParent(context: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, context);
}
