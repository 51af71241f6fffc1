import { ApiError } from "@bullpen/protocol";
import type { ApiContext } from "../api-context.js";

/**
 * Refuses an interactive query that no worker could begin.
 *
 * @throws {ApiError} `model_not_served`
 */
export async function refuseWhileUnserved(
  context: Pick<ApiContext, "models" | "rights">,
  tenant: string,
  name: string,
): Promise<void> {
  const [problem] = (await unservedModels(context, tenant, [name])).values();
  if (problem === undefined) return;
  const message = `${problem} Start a worker for it, or queue the question by POST /v1/queries.`;
  throw new ApiError("model_not_served", message, "model");
}

/**
 * Those of some models that no worker serves at the moment, each with a sentence for the caller. A model that no
 * worker has served yet (the default one while an installation starts) is not among them.
 */
export async function unservedModels(
  { models, rights }: Pick<ApiContext, "models" | "rights">,
  tenant: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const known = await rights.allowed(tenant, "models", await models.list());
  const served = known.filter((model) => model.isServed).map((model) => model.name);
  const others = served.length === 0 ? "No other is served either." : `Served: ${served.join(", ")}.`;
  const unserved = known.filter((model) => !model.isServed && names.includes(model.name));
  return new Map(
    unserved.map(({ name }) => [name, `No worker serves the model ${name} at the moment. ${others}`]),
  );
}
