import type { AgentDefaults } from "@bullpen/contracts";
import type { BatchQueues, LineQueries, ModelRegistry, ToolRegistry, WaitingLines } from "@bullpen/queue";
import type { Logger } from "@bullpen/runtime";
import type { BatchStore, FileStore, Location, PlaceAccess, TenantRights } from "@bullpen/storage";
import type { Tracing } from "@bullpen/tracing";
import type { ActiveBatches } from "./active-batches.js";

/** What work on batches needs. */
export interface BatchContext {
  readonly batches: BatchStore;
  readonly files: FileStore;
  /** Where batches may read their input and write their output, and how. */
  readonly locations: readonly Location[];
  readonly places: PlaceAccess;
  readonly queues: BatchQueues;
  readonly lines: LineQueries;
  readonly models: ModelRegistry;
  readonly tools: ToolRegistry;
  /** Which models and tools a tenant may use. */
  readonly rights: TenantRights;
  /** The model of lines that name none. */
  readonly defaultModel: string;
  /** What lines get that say nothing of it. */
  readonly agentDefaults: AgentDefaults;
  /** Most lines of one batch that are queries at a time. */
  readonly linesInFlight: number;
  /** The queries of lines that have not begun. */
  readonly waiting: WaitingLines;
  /** The batches that have not ended: each gets its part of its tenant's share. */
  readonly active: ActiveBatches;
  /** Called when a batch has ended. */
  readonly onEnd: (batch: { tenant: string; id: string }) => Promise<void>;
  /** `undefined`: it is off. */
  readonly tracing: Tracing | undefined;
  readonly logger: Logger;
}
