import type { JsonSchema } from "@bullpen/contracts";

/** What a custom tool's run is given besides its input. */
export interface CustomToolContext {
  /** Aborts when the call is cancelled or out of time. Pass it on to whatever takes one, such as `fetch`. */
  readonly signal: AbortSignal;
}

/**
 * A tool of your own: the default export of a module in `TOOLS_FOLDER`.
 *
 * @typeParam Input `string`, or the type that `inputSchema` describes.
 */
export interface CustomTool<Input = string> {
  /** What the model calls it by: up to 64 letters, digits, spaces, dots, dashes and underscores. */
  readonly name: string;
  /** For the model: when to use the tool, and, of one that takes a text, what that text is. */
  readonly description: string;
  /** JSON Schema of the input, an object. The input is checked before `run`. Without it the input is a text. */
  readonly inputSchema?: JsonSchema;
  /** For the model: an input as it should look. Default for an object: made from the schema. */
  readonly example?: Input;
  /**
   * What happens to a call whose tool-worker died: `rerun` runs it again; `reuse` takes a result that was
   * recorded before, and runs again only without one. Default `reuse`. A call that loses the tool's process
   * beside another that brought it down has no result yet, and is run again either way.
   */
  readonly crashPolicy?: "rerun" | "reuse";
  /**
   * Wall time of one call, 1 to 3,600. Default 30. Then its signal aborts; a call that blocks the tool's process
   * is ended with it.
   */
  readonly timeoutSeconds?: number;
  /** Calls that run side by side in one tool-worker, mostly in one process, 1 to 256. Default 4. */
  readonly concurrency?: number;
  /** Most calls that all tool-workers together begin in a time. Default: no limit. */
  readonly rateLimit?: { readonly calls: number; readonly perSeconds: number };
  /** Tokens kept of a result. Default 1,000. */
  readonly resultTokens?: number;
  /**
   * Runs a call. A text goes to the model as it is, anything else as JSON. An error that is thrown is told
   * to the model by its message.
   */
  run(input: Input, context: CustomToolContext): unknown;
}
