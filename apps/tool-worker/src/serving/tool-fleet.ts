import {
  BUILT_IN_TOOLS,
  FINAL_ANSWER,
  foldToolName,
  type ToolDefinition,
  type ToolJob,
  type ToolResult,
  toolDefinitionSchema,
  toolQueueName,
} from "@bullpen/contracts";
import { logFailedAttempts, ToolRegistry, ToolWorker } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";
import { type Logger, processName } from "@bullpen/runtime";
import type { Tracing } from "@bullpen/tracing";
import type { ServedTool } from "./served-tool.js";
import type { ToolMetrics } from "./tool-metrics.js";

export interface ToolFleetOptions {
  readonly redis: Redis;
  readonly metrics: ToolMetrics;
  readonly logger: Logger;
  readonly onError: (error: Error) => void;
  /** Default: off. */
  readonly tracing?: Tracing | undefined;
}

const BUILT_IN = new Set(BUILT_IN_TOOLS.map((tool) => tool.name));
/** Names that have a meaning for every query. */
const RESERVED = new Set([...BUILT_IN, FINAL_ANSWER].map(foldToolName));

/**
 * The tools that a tool-worker serves, each on its own queue. Tools are added and removed while it runs. Those that are not
 * built in are announced, so that queries can name them.
 */
export class ToolFleet {
  readonly #options: ToolFleetOptions;
  readonly #registry: ToolRegistry;
  /** By name. A tool is added as soon as its name and queue are reserved. */
  readonly #served = new Map<string, { tool: ServedTool; worker: ToolWorker | undefined }>();
  #stopAnnouncing: (() => void) | undefined;
  #stopped = false;

  static async start(options: ToolFleetOptions): Promise<ToolFleet> {
    const fleet = new ToolFleet(options);
    fleet.#stopAnnouncing = await fleet.#registry.keepAnnounced(() => fleet.#announced());
    return fleet;
  }

  private constructor(options: ToolFleetOptions) {
    this.#options = options;
    this.#registry = new ToolRegistry({
      redis: options.redis,
      onRival: (name) =>
        options.logger.warn(
          { tool: name },
          `another tool-worker announces the tool ${JSON.stringify(name)} with another definition: queries get the later of the two, and calls go to either`,
        ),
    });
  }

  /** Whether this tool-worker serves the tool's queue. */
  serves({ name, queue }: ToolDefinition): boolean {
    return this.#served.get(name)?.tool.definition.queue === queue;
  }

  /**
   * Serves tools and announces them. A tool that no query could name, or whose name or queue is taken, is left out with a
   * warning. Returns the served tools.
   */
  async add(tools: readonly ServedTool[]): Promise<readonly ServedTool[]> {
    if (this.#stopped) return [];
    const added = tools.filter((tool) => this.#take(tool));
    await Promise.all(added.map((tool) => this.#serve(tool)));
    await this.#registry.announce(this.#announced());
    return added;
  }

  /** Stops serving a tool. Its active calls may end within `graceMs`. */
  async remove(name: string, graceMs: number): Promise<void> {
    const found = this.#served.get(name);
    this.#served.delete(name);
    await found?.worker?.stop(graceMs);
    await found?.tool.close();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#stopAnnouncing?.();
    const served = [...this.#served.values()];
    await Promise.all(served.map(({ worker }) => worker?.stop(graceMs)));
    await Promise.all(served.map(({ tool }) => tool.close()));
  }

  /** Reserves the name and the queue of a tool, if they are free. */
  #take(tool: ServedTool): boolean {
    const { name } = tool.definition;
    const fault = this.#faultOf(tool.definition);
    if (fault === undefined) this.#served.set(name, { tool, worker: undefined });
    else
      this.#options.logger.warn({ tool: name }, `the tool ${JSON.stringify(name)} is not served: ${fault}`);
    return fault === undefined;
  }

  /** Why a tool cannot be served, as a clause. Undefined if it can. */
  #faultOf(definition: ToolDefinition): string | undefined {
    const { name, queue } = definition;
    const parsed = toolDefinitionSchema.safeParse(definition);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return `its ${issue?.path.join(".")} ${issue?.message}`;
    }
    if (this.#served.has(name)) return "another tool has this name already";
    if (!BUILT_IN.has(name) && RESERVED.has(foldToolName(name))) return "the name is Bullpen's own";
    const holder = [...this.#served.values()].find(({ tool }) => tool.definition.queue === queue);
    return (
      holder && `its queue, ${queue}, is that of the tool ${JSON.stringify(holder.tool.definition.name)}`
    );
  }

  async #serve(tool: ServedTool): Promise<void> {
    const { definition, concurrency, rateLimit, overtimeMs } = tool;
    const { redis, metrics, logger, onError, tracing } = this.#options;
    try {
      const worker = await ToolWorker.start({
        redis,
        tool: definition,
        concurrency,
        name: processName(),
        ...(rateLimit && { rateLimit }),
        ...(overtimeMs !== undefined && { overtimeMs }),
        run: (job, signal) =>
          traced(tracing, definition, job, () =>
            metrics.measure(definition.name, () => tool.run(job.input, signal, job)),
          ),
        onError,
        onFailedAttempt: logFailedAttempts(logger, onError),
      });
      this.#served.set(definition.name, { tool, worker });
    } catch (error) {
      this.#served.delete(definition.name);
      throw error;
    }
  }

  #announced(): ToolDefinition[] {
    return [...this.#served.values()]
      .map(({ tool }) => tool.definition)
      .filter((definition) => !BUILT_IN.has(definition.name));
  }
}

/** Runs a call in a span of its own, if tracing is on. */
function traced(
  tracing: Tracing | undefined,
  { queue }: ToolDefinition,
  { query_id: queryId, step, trace_context: traceContext }: ToolJob,
  run: () => Promise<ToolResult>,
): Promise<ToolResult> {
  return tracing ? tracing.work({ queue: toolQueueName(queue), queryId, traceContext, step }, run) : run();
}
