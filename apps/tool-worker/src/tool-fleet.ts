import { CLASSIC_TOOLS, queueOfTool, type ToolDefinition } from "@bullpen/contracts";
import { type Redis, ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { ServedTool } from "./served-tool.js";
import type { ToolMetrics } from "./tool-metrics.js";

export interface ToolFleetOptions {
  readonly redis: Redis;
  readonly metrics: ToolMetrics;
  readonly onError: (error: Error) => void;
}

const CLASSIC = new Set(CLASSIC_TOOLS.map((tool) => tool.name));

/**
 * The tools that a tool-worker serves, each on its own queue. Tools come and go while it runs; those that
 * are not classic are announced, so that queries can name them.
 */
export class ToolFleet {
  readonly #options: ToolFleetOptions;
  readonly #registry: ToolRegistry;
  /** By queue: two tools of one queue would take each other's calls. */
  readonly #served = new Map<string, { tool: ServedTool; worker: ToolWorker }>();
  #stopAnnouncing: (() => void) | undefined;
  #stopped = false;

  static async start(options: ToolFleetOptions): Promise<ToolFleet> {
    const fleet = new ToolFleet(options);
    fleet.#stopAnnouncing = await fleet.#registry.keepAnnounced(() => fleet.#announced());
    return fleet;
  }

  private constructor(options: ToolFleetOptions) {
    this.#options = options;
    this.#registry = new ToolRegistry(options);
  }

  /** Whether a tool of this name is served, or one that shares its queue. */
  has(name: string): boolean {
    return this.#served.has(queueOfTool(name));
  }

  /** Serves tools whose names are not taken, and announces them. */
  async add(tools: readonly ServedTool[]): Promise<void> {
    if (this.#stopped) return;
    const { redis, metrics, onError } = this.#options;
    await Promise.all(
      tools.map(async (tool) => {
        const { definition, concurrency, rateLimit } = tool;
        const worker = await ToolWorker.start({
          redis,
          tool: definition,
          concurrency,
          ...(rateLimit && { rateLimit }),
          run: (job, signal) => metrics.measure(definition.name, () => tool.run(job.input, signal)),
          onError,
        });
        this.#served.set(definition.queue, { tool, worker });
      }),
    );
    await this.#registry.announce(this.#announced());
  }

  /** Serves a tool no longer; its calls in flight may end within `graceMs`. */
  async remove(name: string, graceMs: number): Promise<void> {
    const queue = queueOfTool(name);
    const found = this.#served.get(queue);
    this.#served.delete(queue);
    await found?.worker.stop(graceMs);
    await found?.tool.close();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#stopAnnouncing?.();
    const served = [...this.#served.values()];
    await Promise.all(served.map(({ worker }) => worker.stop(graceMs)));
    await Promise.all(served.map(({ tool }) => tool.close()));
  }

  #announced(): ToolDefinition[] {
    return [...this.#served.values()]
      .map(({ tool }) => tool.definition)
      .filter((definition) => !CLASSIC.has(definition.name));
  }
}
