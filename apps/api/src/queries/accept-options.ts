import { type AcceptOptions, toolOptions } from "@bullpen/protocol";
import type { Principal } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

/** What an interactive query may name: the models and tools that are known now. */
export async function acceptOptions(
  context: Pick<ApiContext, "models" | "tools" | "defaultModel" | "agentDefaults">,
  { tenant, keyId }: Principal,
): Promise<AcceptOptions> {
  const [models, tools] = await Promise.all([context.models.list(), context.tools.list()]);
  return {
    tenant,
    keyId,
    class: "interactive",
    defaultModel: context.defaultModel,
    agentDefaults: context.agentDefaults,
    knownModels: new Set([context.defaultModel, ...models.map((model) => model.name)]),
    ...toolOptions(tools, new Map(models.map((model) => [model.name, model.context_tokens]))),
  };
}
