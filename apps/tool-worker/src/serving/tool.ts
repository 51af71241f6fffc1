import type { ToolDefinition, ToolResult } from "@bullpen/contracts";

/** A tool as a tool-worker runs it. */
export interface Tool {
  readonly definition: ToolDefinition;
  /**
   * Runs one call. What goes wrong with the call itself (a bad program, a refused search) comes back as a
   * result with `is_error`, so that the model can react. Rejects with `signal.reason` on abort, and with an
   * Error where the infrastructure failed and another attempt may mend it.
   */
  run(input: string, signal: AbortSignal): Promise<ToolResult>;
  /** Frees what the tool holds. Calls still running are rejected. */
  close(): Promise<void>;
}
