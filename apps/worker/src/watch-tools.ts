import { defaultTools, toolTokens } from "@bullpen/agent";
import { every } from "@bullpen/base";
import type { LanguageModel, ToolDefinition } from "@bullpen/contracts";
import type { ToolRegistry } from "@bullpen/queue";
import type { Logger } from "@bullpen/runtime";

export interface WatchToolsOptions {
  readonly tools: Pick<ToolRegistry, "list">;
  readonly model: Pick<LanguageModel, "name" | "contextTokens">;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** Default: 10,000, as often as tools are announced. */
  readonly checkEveryMs?: number;
}

/** Tools that a warning names one by one. */
const NAMED = 20;

/**
 * Warns of tools whose text does not fit the model's context beside the others: whoever offers them learns
 * it from the log, when they come and whenever they change. The function returned ends it.
 */
export function watchTools(options: WatchToolsOptions): () => Promise<void> {
  const { tools, model, logger, checkEveryMs = 10_000 } = options;
  let told = "";
  const check = async () => {
    const all = await tools.list();
    const offered = new Set(defaultTools(all, model.contextTokens));
    const leftOut = all.filter((tool) => !offered.has(tool));
    const now = leftOut.map(describe).join(", ");
    if (now === told) return;
    told = now;
    if (leftOut.length > 0) logger.warn(warningOf(leftOut, all, model.contextTokens));
    else logger.info("the text of all tools fits the model's context again");
  };
  return every(checkEveryMs, check, { immediately: true }); // an error: Redis is away, the next check will do
}

function warningOf(
  leftOut: readonly ToolDefinition[],
  all: readonly ToolDefinition[],
  contextTokens: number,
): string {
  const tokens = all.reduce((sum, tool) => sum + toolTokens(tool), 0);
  const named = leftOut.slice(0, NAMED).map(describe).join(", ");
  const further = leftOut.length > NAMED ? ` and ${leftOut.length - NAMED} more` : "";
  return (
    `the text of all ${all.length} tools takes about ${tokens} tokens, and the model's context has ${contextTokens}: ` +
    `queries get these tools only where their "tools" name them: ${named}${further}. ` +
    'Offer fewer ("bullpen": {"tools": […]} of a server in MCP_CONFIG), shorten their descriptions, or raise CONTEXT_TOKENS.'
  );
}

function describe(tool: ToolDefinition): string {
  return `${tool.name} (${toolTokens(tool)} tokens)`;
}
