import { agentQueueName, BATCH_QUEUE, toolQueueName } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import type { Queue } from "bullmq";
import { countQueries, type QueryCount } from "../queries/counts.js";
import { QueuePool } from "../queue-pool.js";
import { ModelRegistry } from "../registries/model-registry.js";
import { ToolRegistry } from "../registries/tool-registry.js";

/** The queries of one model that have not ended. */
export interface ModelBacklog
  extends Pick<Record<QueryCount, number>, "queued" | "running" | "waiting_for_tool"> {
  readonly model: string;
  /** Seconds that the fresh query which begins next has waited; 0 where none waits. */
  readonly headWaitSeconds: number;
}

/** The tool calls of one queue that have not ended. */
export interface ToolBacklog {
  /** The queue: a tool's name, or `mcp.<server>` for all tools of a server. */
  readonly queue: string;
  readonly queued: number;
  readonly running: number;
  /** Seconds that the call which begins next has waited; 0 where none waits. */
  readonly headWaitSeconds: number;
}

export interface Backlog {
  readonly models: readonly ModelBacklog[];
  readonly tools: readonly ToolBacklog[];
  /** Batches that have not ended. */
  readonly batches: number;
}

export interface BacklogReaderOptions {
  readonly redis: Redis;
  /** A model that is reported before any worker has served it. */
  readonly defaultModel: string;
}

/** Reads what waits and what runs, for metrics. A reading costs a few commands for each model and tool. */
export class BacklogReader {
  readonly #queues: QueuePool;
  readonly #models: ModelRegistry;
  readonly #tools: ToolRegistry;
  readonly #defaultModel: string;

  constructor({ redis, defaultModel }: BacklogReaderOptions) {
    this.#queues = new QueuePool(redis);
    this.#models = new ModelRegistry(redis);
    this.#tools = new ToolRegistry({ redis });
    this.#defaultModel = defaultModel;
  }

  async read(): Promise<Backlog> {
    const models = new Set([this.#defaultModel, ...(await this.#models.list()).map(({ name }) => name)]);
    const tools = new Set((await this.#tools.all()).map((tool) => tool.queue));
    const [modelBacklogs, toolBacklogs, batches] = await Promise.all([
      Promise.all([...models].map((model) => this.#readModel(model))),
      Promise.all([...tools].map((queue) => this.#readTool(queue))),
      this.#queues.get(BATCH_QUEUE).getJobCounts("active", "waiting", "delayed", "waiting-children"),
    ]);
    return {
      models: modelBacklogs,
      tools: toolBacklogs,
      batches: Object.values(batches).reduce((sum, count) => sum + count, 0),
    };
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }

  async #readModel(model: string): Promise<ModelBacklog> {
    const queue = this.#queues.get(agentQueueName(model));
    const [{ queued, running, waiting_for_tool }, [head]] = await Promise.all([
      countQueries({ queues: this.#queues }, model),
      // Fresh queries have priorities. Those that return from a tool have none, and wait for moments.
      queue.getPrioritized(0, 0),
    ]);
    return { model, queued, running, waiting_for_tool, headWaitSeconds: secondsSince(head?.timestamp) };
  }

  async #readTool(name: string): Promise<ToolBacklog> {
    const queue: Queue = this.#queues.get(toolQueueName(name));
    const [counts, [head]] = await Promise.all([
      queue.getJobCounts("waiting", "delayed", "active"),
      queue.getWaiting(0, 0),
    ]);
    return {
      queue: name,
      queued: (counts.waiting ?? 0) + (counts.delayed ?? 0),
      running: counts.active ?? 0,
      headWaitSeconds: secondsSince(head?.timestamp),
    };
  }
}

/** @param timestamp Unix milliseconds of the host that made the job; clocks may differ by a little. */
function secondsSince(timestamp: number | undefined): number {
  return timestamp === undefined ? 0 : Math.max(0, (Date.now() - timestamp) / 1_000);
}
