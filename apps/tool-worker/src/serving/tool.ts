import type { ToolDefinition, ToolJob, ToolResult } from "@bullpen/contracts";

/** On whose behalf a call is made. */
export type Caller = Pick<ToolJob, "tenant">;

/** A tool whose input is a text, as a tool-worker runs it. */
export interface Tool {
  readonly definition: ToolDefinition;
  /**
   * Runs one call. What goes wrong with the call itself (a wrong program, a refused search) is a result with
   * `is_error`, so that the model can react. Rejects with `signal.reason` on abort, and with an Error if the
   * infrastructure failed and another attempt may succeed.
   */
  run(input: string, signal: AbortSignal, caller?: Caller): Promise<ToolResult>;
  /** Releases the tool's resources. Active calls reject. */
  close(): Promise<void>;
}
