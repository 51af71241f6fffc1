import { type ToolDefinition, toolFailure } from "@bullpen/contracts";
import { ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";

export interface LapsedToolsOptions {
  readonly redis: Redis;
  /** Whether this tool-worker serves a tool itself, on the queue of this definition. */
  readonly isServed: (tool: ToolDefinition) => boolean;
  readonly onError: (error: Error) => void;
  /** Default: 10,000. */
  readonly lookEveryMs?: number;
  /** Default: that of {@link ToolRegistry}. */
  readonly lapseMs?: number;
}

/**
 * Answers the calls of tools that no tool-worker serves any more: a query that waits for one is told so,
 * where it would otherwise wait until its deadline.
 */
export class LapsedTools {
  readonly #options: LapsedToolsOptions;
  readonly #registry: ToolRegistry;
  /** By queue. */
  readonly #workers = new Map<string, ToolWorker>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: LapsedToolsOptions) {
    this.#options = options;
    this.#registry = new ToolRegistry(options);
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look()).catch(options.onError);
    }, options.lookEveryMs ?? 10_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(0)));
  }

  async #look(): Promise<void> {
    const lapsed = (await this.#registry.lapsed()).filter((tool) => !this.#options.isServed(tool));
    const queues = new Set(lapsed.map((tool) => tool.queue));
    for (const [queue, worker] of this.#workers) {
      if (queues.has(queue)) continue;
      this.#workers.delete(queue);
      await worker.stop(0);
    }
    for (const tool of lapsed) {
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
        const lapsed = await this.#registry.lapsed();
        // Tried again: whoever has announced the tool since takes the call.
        if (!lapsed.some(({ queue }) => queue === tool.queue))
          throw new Error(`${tool.name} is served again`);
        return toolFailure(`the tool ${tool.name} is not available any more.`);
      },
      onError,
    });
  }
}
