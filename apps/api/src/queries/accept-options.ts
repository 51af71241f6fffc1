import { type AcceptOptions, defaultAmong, toolOptions } from "@bullpen/protocol";
import type { Principal } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

/** What an interactive query may name: the models and tools that are known now. */
export async function acceptOptions(
  context: Pick<ApiContext, "models" | "tools" | "rights" | "defaultModel" | "agentDefaults">,
  { tenant, keyId }: Principal,
): Promise<AcceptOptions> {
  const { rights, defaultModel } = context;
  const [models, tools] = await Promise.all([context.models.list(), context.tools.list()]);
  const named = await rights.allowed(tenant, "models", [{ name: defaultModel }, ...models]);
  const knownModels = new Set(named.map(({ name }) => name));
  return {
    tenant,
    keyId,
    class: "interactive",
    defaultModel: defaultAmong(defaultModel, knownModels),
    agentDefaults: context.agentDefaults,
    knownModels,
    ...toolOptions(
      await rights.allowed(tenant, "tools", tools),
      new Map(models.map((model) => [model.name, model.context_tokens])),
    ),
  };
}
