import type { AgentDefaults } from "@bullpen/contracts";
import type { BatchQueues, LineQueries, ModelRegistry, ToolRegistry } from "@bullpen/queue";
import type { Logger } from "@bullpen/runtime";
import type { BatchStore, FileStore } from "@bullpen/storage";
import type { Tracing } from "@bullpen/tracing";

/** What work on batches needs. */
export interface BatchContext {
  readonly batches: BatchStore;
  readonly files: FileStore;
  readonly queues: BatchQueues;
  readonly lines: LineQueries;
  readonly models: ModelRegistry;
  readonly tools: ToolRegistry;
  /** The model of lines that name none. */
  readonly defaultModel: string;
  /** What lines get that say nothing of it. */
  readonly agentDefaults: AgentDefaults;
  /** Most lines of one batch that are queries at a time. */
  readonly linesInFlight: number;
  /** Active batches of a tenant: each gets its part of the tenant's share. */
  readonly countBatches: (tenant: string) => number;
  /** Called when a batch has ended. */
  readonly onEnd: (batch: { tenant: string; id: string }) => Promise<void>;
  /** `undefined`: it is off. */
  readonly tracing: Tracing | undefined;
  readonly logger: Logger;
}
