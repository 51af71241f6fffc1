import { abortable, errorMessage } from "@bullpen/base";
import type { LeasedToolCall } from "@bullpen/protocol";
import { BullpenError, ConnectionError, RequestRefusedError } from "../errors.js";
import { pause } from "../http/retry.js";
import type { ToolCalls } from "./tool-calls.js";

/** A call as a function of yours gets it. */
export interface ServedCall {
  readonly id: string;
  readonly tool: string;
  readonly queryId: string;
  /** Your own name for the query, where it has one. */
  readonly customId: string | null;
  /** Counts from 1: this server's attempts at the call. */
  readonly attempt: number;
  /** Aborts when the call is not this server's any more: it was answered, its query has ended, or the server stops. */
  readonly signal: AbortSignal;
}

/**
 * Runs a call. What it returns is the output: a text as it is, anything else as JSON. What it throws is tried again, and
 * in the end told to the model.
 *
 * @param args the arguments, which fit the tool's schema as far as a grammar can say it.
 */
// biome-ignore lint/suspicious/noExplicitAny: functions say what they take; the tool's schema is what the model fits.
export type ToolFunction = (args: any, call: ServedCall) => unknown;

export interface ServeToolOptions {
  /** Calls that run side by side, of all tools of the server together. Default: 8. */
  readonly concurrency?: number;
  /** Attempts at a call that throws, the first one included. Default: 3. */
  readonly maxAttempts?: number;
  /** Seconds for which nobody else gets a call; extended while it runs. Default: 60. */
  readonly leaseSeconds?: number;
  /** Called with what a call threw, and with errors of the API. Default: ignored. */
  readonly onError?: (error: unknown, call: ServedCall | undefined) => void;
  /** Stops the server at once. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** A server that runs calls until it is stopped. */
export interface ToolServer {
  /** Takes no more calls, and hands back those that have not ended within `graceMs`. Default: 10,000. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when the server has stopped; rejects where the API refuses it, such as by its key. */
  readonly stopped: Promise<void>;
}

/** Seconds that one request waits for calls: below the idle limit of common proxies (60). */
const WAIT_SECONDS = 30;
/** The pause after the first attempt at a call, in milliseconds; after each further one twice as long. */
const FIRST_PAUSE_MS = 500;
const GRACE_MS = 10_000;
/** The pause before another attempt at an api that has not answered yet, in milliseconds. */
const RECONNECT_MS = 1_000;

/** Codes of the API that say that a call needs no output any more. */
const OVER: ReadonlySet<string | null> = new Set([
  ...["tool_output_conflict", "tool_call_not_found", "already_finished", "query_not_found"],
]);

/** Serves functions by name: takes their calls, runs them side by side, and sends what they return. */
export function serveTools(
  toolCalls: ToolCalls,
  functions: Readonly<Record<string, ToolFunction>>,
  options: ServeToolOptions,
): ToolServer {
  const server = new Server(toolCalls, functions, options);
  return { stop: (graceMs = GRACE_MS) => server.stop(graceMs), stopped: server.stopped };
}

class Server {
  readonly stopped: Promise<void>;
  readonly #toolCalls: ToolCalls;
  readonly #functions: Readonly<Record<string, ToolFunction>>;
  readonly #options: ServeToolOptions;
  readonly #concurrency: number;
  readonly #leaseSeconds: number;
  readonly #active = new Set<Promise<void>>();
  /** Takes no more calls. */
  readonly #stopping = new AbortController();
  /** Aborts those that run. */
  readonly #ending = new AbortController();

  constructor(
    toolCalls: ToolCalls,
    functions: Readonly<Record<string, ToolFunction>>,
    options: ServeToolOptions,
  ) {
    this.#toolCalls = toolCalls;
    this.#functions = functions;
    this.#options = options;
    this.#concurrency = options.concurrency ?? 8;
    this.#leaseSeconds = options.leaseSeconds ?? 60;
    const { signal } = options;
    if (signal?.aborted) this.#endNow();
    else signal?.addEventListener("abort", () => this.#endNow(), { once: true });
    this.stopped = this.#takeCalls();
    // Without a listener the rejection is nobody's, which Node makes loud: a server must not die in silence.
    const { onError } = options;
    if (onError) this.stopped.catch((error: unknown) => onError(error, undefined));
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#endNow(), graceMs);
    try {
      await this.stopped;
    } finally {
      clearTimeout(timer);
    }
  }

  #endNow(): void {
    this.#stopping.abort();
    this.#ending.abort();
  }

  async #takeCalls(): Promise<void> {
    const { signal } = this.#stopping;
    const stopping = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    try {
      while (!signal.aborted) {
        if (this.#active.size >= this.#concurrency) {
          await Promise.race([...this.#active, stopping]);
          continue;
        }
        for (const call of await this.#lease(this.#concurrency - this.#active.size)) this.#start(call);
      }
    } finally {
      await Promise.all(this.#active);
    }
  }

  async #lease(max: number): Promise<readonly LeasedToolCall[]> {
    const { signal } = this.#stopping;
    try {
      const tools = Object.keys(this.#functions);
      return await this.#toolCalls.lease(
        {
          tools,
          max_calls: Math.min(max, 100),
          lease_seconds: this.#leaseSeconds,
          wait_seconds: WAIT_SECONDS,
        },
        { signal, maxAttempts: Number.POSITIVE_INFINITY },
      );
    } catch (error) {
      if (signal.aborted) return [];
      if (!(error instanceof ConnectionError)) throw error;
      // The api may start after this server.
      this.#options.onError?.(error, undefined);
      await pause(RECONNECT_MS, signal).catch(() => {}); // aborted: the loop ends
      return [];
    }
  }

  #start(leased: LeasedToolCall): void {
    const run = this.#serve(leased)
      .catch((error: unknown) => this.#options.onError?.(error, undefined))
      .then(() => {
        this.#active.delete(run);
      });
    this.#active.add(run);
  }

  async #serve(leased: LeasedToolCall): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([lost.signal, this.#ending.signal]);
    const renewal = setInterval(() => void this.#extend(leased, lost), (this.#leaseSeconds * 1_000) / 3);
    try {
      const output = await this.#run(leased, signal);
      if (lost.signal.aborted) return;
      if (output === undefined) await this.#handBack(leased);
      else await this.#send(leased, output);
    } finally {
      clearInterval(renewal);
    }
  }

  async #extend(leased: LeasedToolCall, lost: AbortController): Promise<void> {
    try {
      await this.#toolCalls.extendLease(leased, this.#leaseSeconds);
    } catch (error) {
      // Another error: the API is away, and the next attempt may come in time.
      if (error instanceof RequestRefusedError) lost.abort(error);
    }
  }

  /** The output of a call; `undefined` when it was aborted. */
  async #run(
    leased: LeasedToolCall,
    signal: AbortSignal,
  ): Promise<{ output: string; is_error: boolean } | undefined> {
    const { maxAttempts = 3, onError } = this.#options;
    const { name } = leased.function;
    for (let attempt = 1; ; attempt++) {
      const call: ServedCall = {
        id: leased.id,
        tool: name,
        queryId: leased.query_id,
        customId: leased.custom_id,
        attempt,
        signal,
      };
      try {
        const args: unknown = JSON.parse(leased.function.arguments);
        // A function that does not heed its signal is left behind.
        const result = await abortable(Promise.resolve(this.#functions[name]?.(args, call)), signal);
        return { output: textOf(result), is_error: false };
      } catch (error) {
        if (signal.aborted) return undefined;
        onError?.(error, call);
        if (attempt >= maxAttempts) return { output: `Error: ${errorMessage(error)}`, is_error: true };
        await pause(FIRST_PAUSE_MS * 2 ** (attempt - 1), signal).catch(() => {}); // aborted: the next attempt ends it
      }
    }
  }

  async #send(leased: LeasedToolCall, output: { output: string; is_error: boolean }): Promise<void> {
    try {
      const outputs = [{ tool_call_id: leased.id, ...output }];
      const { signal } = this.#ending;
      await this.#toolCalls.submitOutputs(leased.query_id, outputs, {
        signal,
        maxAttempts: Number.POSITIVE_INFINITY,
      });
    } catch (error) {
      if (error instanceof RequestRefusedError && OVER.has(error.code)) return;
      throw error;
    }
  }

  /** Without the API the lease ends by itself. */
  async #handBack(leased: LeasedToolCall): Promise<void> {
    await this.#toolCalls.extendLease(leased, 0, { maxAttempts: 1 }).catch((error: unknown) => {
      if (!(error instanceof BullpenError)) throw error;
    });
  }
}

function textOf(result: unknown): string {
  return typeof result === "string" ? result : (JSON.stringify(result) ?? "done");
}
