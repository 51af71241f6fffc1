import { every } from "@bullpen/base";
import { type ToolDefinition, toolFailure } from "@bullpen/contracts";
import { ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";

export interface UnservedToolsOptions {
  readonly redis: Redis;
  /** Whether this tool-worker itself serves the tool, on the queue of this definition. */
  readonly isServed: (tool: ToolDefinition) => boolean;
  readonly onError: (error: Error) => void;
  /** Milliseconds between two checks. Default 10,000: far less than the minute after which a tool counts as unserved. */
  readonly checkEveryMs?: number;
  /** Default: that of {@link ToolRegistry}. */
  readonly lapseMs?: number;
}

/**
 * Answers the calls of tools that no tool-worker serves any more with a failure, so that a query that calls one does not
 * wait until its deadline.
 */
export class UnservedTools {
  readonly #options: UnservedToolsOptions;
  readonly #registry: ToolRegistry;
  /** By queue name. */
  readonly #workers = new Map<string, ToolWorker>();
  readonly #stopChecking: () => Promise<void>;

  constructor(options: UnservedToolsOptions) {
    this.#options = options;
    this.#registry = new ToolRegistry(options);
    const { checkEveryMs = 10_000, onError } = options;
    this.#stopChecking = every(checkEveryMs, () => this.#check(), { onError });
  }

  async stop(): Promise<void> {
    await this.#stopChecking();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(0)));
  }

  async #check(): Promise<void> {
    const unserved = (await this.#registry.unserved()).filter((tool) => !this.#options.isServed(tool));
    const queues = new Set(unserved.map((tool) => tool.queue));
    for (const [queue, worker] of this.#workers) {
      if (queues.has(queue)) continue;
      this.#workers.delete(queue);
      await worker.stop(0);
    }
    for (const tool of unserved) {
      if (!this.#workers.has(tool.queue)) this.#workers.set(tool.queue, await this.#answerFor(tool));
    }
  }

  async #answerFor(tool: ToolDefinition): Promise<ToolWorker> {
    const { redis, onError } = this.#options;
    return ToolWorker.start({
      redis,
      tool,
      concurrency: 1,
      run: async () => {
        const unserved = await this.#registry.unserved();
        // The call is tried again: a tool-worker that has announced the tool since then takes it.
        if (!unserved.some(({ queue }) => queue === tool.queue))
          throw new Error(`${tool.name} is served again`);
        return toolFailure(`the tool ${tool.name} is not available any more.`);
      },
      onError,
    });
  }
}
