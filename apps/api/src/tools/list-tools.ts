import { defaultTools, toolTokens } from "@bullpen/agent";
import { type ToolView, toList } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";

/** `GET /v1/tools`: the tools that queries may name. */
export function listTools(
  context: Pick<ApiContext, "tools" | "models" | "rights" | "defaultModel">,
): RequestHandler {
  return async (request, response) => {
    const [all, models] = await Promise.all([context.tools.list(), context.models.list()]);
    const tools = await context.rights.allowed(tenantOf(request), "tools", all);
    const model = models.find(({ name }) => name === context.defaultModel);
    const offered = new Set(defaultTools(tools, model?.context_tokens));
    const data = tools.map((tool): ToolView => {
      return {
        id: tool.name,
        object: "tool",
        description: tool.usage,
        input_schema: tool.inputSchema ?? null,
        prompt_tokens: toolTokens(tool),
        offered_by_default: offered.has(tool),
      };
    });
    response.json(toList(data));
  };
}
