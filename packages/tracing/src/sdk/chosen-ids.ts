import { createHash } from "node:crypto";
import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";

/** Ids for the next span. */
export interface SpanIds {
  readonly spanId: string;
  /** Of a span without a parent. Default: random. */
  readonly traceId?: string;
}

/** Random ids, and for single spans those that are chosen. */
export class ChosenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: SpanIds | undefined;

  /** Runs `start`, whose span gets these ids. */
  use<T>(ids: SpanIds, start: () => T): T {
    this.#next = ids;
    try {
      return start();
    } finally {
      this.#next = undefined;
    }
  }

  generateTraceId(): string {
    return this.#next?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#next?.spanId ?? this.#random.generateSpanId();
  }
}

/** The trace of a query that has no caller's: the same in every process. */
export function derivedTraceId(queryId: string): string {
  return hash(`trace:${queryId}`).slice(0, 32);
}

/** The span of a part of a query: the same in every process, so that one writes the children of another's. */
export function derivedSpanId(queryId: string, part: string): string {
  return hash(`span:${queryId}:${part}`).slice(0, 16);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
