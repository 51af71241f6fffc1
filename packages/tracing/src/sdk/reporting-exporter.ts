import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { TracingOptions } from "../tracing.js";

/** Reports an outage of the collector once, and at its end how many spans it has cost. */
export class ReportingExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #logger: TracingOptions["logger"];
  #lost = 0;

  constructor(inner: SpanExporter, logger: TracingOptions["logger"]) {
    this.#inner = inner;
    this.#logger = logger;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#inner.export(spans, (result) => {
      this.#report(spans.length, result);
      onResult(result);
    });
  }

  #report(spans: number, { code, error }: ExportResult): void {
    if (code === ExportResultCode.SUCCESS) {
      if (this.#lost > 0) this.#logger.info(`traces are taken again; ${this.#lost} spans were lost`);
      this.#lost = 0;
      return;
    }
    if (this.#lost === 0) {
      this.#logger.warn(
        { err: error },
        "traces cannot be sent: spans are lost until the collector takes them",
      );
    }
    this.#lost += spans;
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }
}
