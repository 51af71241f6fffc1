import type { JsonSchema } from "./json-schema.js";

/** The second argument of a tool's `run`. */
export interface CustomToolContext {
  /** Aborts when the call is cancelled or out of time. Pass it on to whatever takes one, such as `fetch`. */
  readonly signal: AbortSignal;
  /**
   * `fetch` for URLs that a model or a page has chosen. It connects to public addresses alone, and to those that
   * `TOOLS_ALLOWED_NETWORKS` lists, after each redirect too; other hosts than the first get no credentials; an answer may
   * have 10 MB; and it ends with the call. A refusal is an error, whose message the model gets.
   */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
}

/**
 * A tool of your own: the default export of a module in `TOOLS_FOLDER`.
 *
 * @typeParam Input `string`, or the type that `inputSchema` describes.
 */
export interface CustomTool<Input = string> {
  /** The name by which the model calls it: up to 64 letters, digits, spaces, dots, dashes and underscores. */
  readonly name: string;
  /** For the model: when to use the tool and, if its input is a text, what that text is. */
  readonly description: string;
  /**
   * JSON Schema of the input, which must be an object. The input is checked before `run`. Without a schema the input
   * is a text.
   */
  readonly inputSchema?: JsonSchema;
  /** For the model: an input as it should be. Required for a text. Default for an object: made from the schema. */
  readonly example?: Input;
  /**
   * What happens to a call whose tool-worker died. `rerun` runs it again. `reuse` uses the recorded result, and
   * runs the call again only if there is none. Default `reuse`. A call that loses the tool's process because another
   * call crashed it has no result yet, and is run again either way.
   */
  readonly crashPolicy?: "rerun" | "reuse";
  /**
   * Whether a query may make the same call twice: the time, the progress of a job, a message to send. Default `false`:
   * the second time the recorded result comes back, and the tool is not run.
   */
  readonly repeatable?: boolean;
  /**
   * Wall time of one call in seconds, 1 to 3,600. Default 30. After it the signal aborts; a call that blocks the
   * tool's process is ended with the process.
   */
  readonly timeoutSeconds?: number;
  /** Calls that run at the same time in one tool-worker, usually in one process, 1 to 256. Default 4. */
  readonly concurrency?: number;
  /** Maximum number of calls that all tool-workers together begin in a period. Default: no limit. */
  readonly rateLimit?: { readonly calls: number; readonly perSeconds: number };
  /** Tokens of a result that are kept, 16 to 100,000. Default 1,000. */
  readonly resultTokens?: number;
  /**
   * Runs a call. The model gets a returned text as it is and anything else as JSON. When `run` throws, the model
   * gets the error's message.
   */
  run(input: Input, context: CustomToolContext): unknown;
}
