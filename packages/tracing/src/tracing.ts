import type { AgentJob, Outcome, ToolDefinition, TraceContext, Transcript } from "@bullpen/contracts";
import type { TracingEnv } from "./settings.js";

/** A query whose end was written by this process. Times are Unix milliseconds. */
export interface TracedQuery {
  readonly id: string;
  readonly job: AgentJob;
  readonly transcript: Pick<Transcript, "steps">;
  readonly outcome: Outcome;
  readonly createdAt: number;
  readonly finishedAt: number;
}

/** Work on a query, or on a call of one of its tools, in this process. */
interface TracedWork {
  /** The queue that it was taken from. */
  readonly queue: string;
  readonly queryId: string;
  readonly traceContext: TraceContext | undefined;
  /** The step whose call is run. Default: the query itself is advanced. */
  readonly step?: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** A request to the api. */
export interface TracedRequest {
  readonly method: string;
  readonly path: string;
  readonly scheme: string;
  readonly requestId: string;
  /** What the caller sent. */
  readonly parent: TraceContext | undefined;
}

export interface RequestSpan {
  /** What queries of this request keep. */
  readonly context: TraceContext;
  /** @param route its pattern; `undefined`: there is none. */
  end(status: number, route: string | undefined): void;
}

/** Writes spans. None of its methods waits for the collector or throws. */
export interface Tracing {
  startRequest(request: TracedRequest): RequestSpan;
  /** Writes that queries were put into their queue. */
  enqueued(
    queries: readonly { readonly id: string; readonly job: AgentJob }[],
    times: { readonly startedAt: number; readonly endedAt: number },
  ): void;
  /** Runs work in a span of its own. */
  work<T>(work: TracedWork, run: () => Promise<T>): Promise<T>;
  /** Writes the spans of a query that has ended, with all its turns and tool calls. */
  queryEnded(query: TracedQuery): void;
  /** Sends what is left, within two seconds. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  readonly env: TracingEnv;
  /** The process: `worker`. */
  readonly app: string;
  readonly logger: {
    warn(details: object, message: string): void;
    info(message: string): void;
  };
  /** Where definitions of tools are found, which prompts hold. Without them spans hold no prompts. */
  readonly tools?: {
    find(
      names: readonly string[],
    ): Promise<{ readonly tools: readonly ToolDefinition[]; readonly missing: readonly string[] }>;
  };
}
