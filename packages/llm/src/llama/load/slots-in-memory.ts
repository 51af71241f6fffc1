import { countAvailableCores } from "./available-cores.js";
import { planMemory } from "./plan-memory.js";
import { readArchitecture } from "./read-architecture.js";
import { modelBytes } from "./split-model-file.js";

/**
 * How many slots of `contextTokens` a model leaves room for on GPUs with so many free bytes in all; 0 where it does
 * not fit itself. By calculation from the file's header: nothing is loaded. Slots of a shorter context do not count.
 *
 * @throws {ModelLoadError} when the file is none, or its header does not say enough.
 */
export async function slotsInMemory(
  modelPath: string,
  contextTokens: number,
): Promise<(freeBytes: number) => Promise<number>> {
  const architecture = await readArchitecture(modelPath);
  const weightBytes = await modelBytes(modelPath);
  const wanted = Math.min(contextTokens, architecture.context_tokens);
  return async (memoryBytes) => {
    const { context } = await planMemory({
      architecture,
      weightBytes,
      on: "gpu",
      memoryBytes,
      contextTokens: wanted,
      cores: countAvailableCores(),
    });
    return context?.contextTokens === wanted ? context.slots : 0;
  };
}
