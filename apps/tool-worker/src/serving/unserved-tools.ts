import { type ToolDefinition, toolFailure } from "@bullpen/contracts";
import { ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";

export interface UnservedToolsOptions {
  readonly redis: Redis;
  /** Whether this tool-worker serves a tool itself, on the queue of this definition. */
  readonly isServed: (tool: ToolDefinition) => boolean;
  readonly onError: (error: Error) => void;
  /** Default: 10,000. */
  readonly checkEveryMs?: number;
  /** Default: that of {@link ToolRegistry}. */
  readonly lapseMs?: number;
}

/**
 * Answers the calls of tools that no tool-worker serves any more: a query that waits for one is told so,
 * where it would otherwise wait until its deadline.
 */
export class UnservedTools {
  readonly #options: UnservedToolsOptions;
  readonly #registry: ToolRegistry;
  /** By queue. */
  readonly #workers = new Map<string, ToolWorker>();
  readonly #timer: NodeJS.Timeout;
  #checking: Promise<void> = Promise.resolve();

  constructor(options: UnservedToolsOptions) {
    this.#options = options;
    this.#registry = new ToolRegistry(options);
    this.#timer = setInterval(() => {
      this.#checking = this.#checking.then(() => this.#check()).catch(options.onError);
    }, options.checkEveryMs ?? 10_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#checking;
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
        // Tried again: whoever has announced the tool since takes the call.
        if (!unserved.some(({ queue }) => queue === tool.queue))
          throw new Error(`${tool.name} is served again`);
        return toolFailure(`the tool ${tool.name} is not available any more.`);
      },
      onError,
    });
  }
}
