import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DEMO_MODEL } from "@bullpen/contracts";
import { ModelLoadError } from "./model-load-error.js";
import { resolveModelUri } from "./resolve-model-uri.js";

/** The model that comes with the repository, seen from `packages/llm/dist`. */
const DEMO_MODEL_PATH = fileURLToPath(
  new URL("../../../../../models/demo/bullpen-demo.gguf", import.meta.url),
);

export interface FindModelFileOptions {
  /** Path of a GGUF file, `hf:` URI, or the alias `demo`. */
  readonly model: string;
  /** Where downloaded models are kept. */
  readonly folder: string;
  /** Called with the part that is downloaded, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** The path of the file that a `MODEL` setting means. Throws {@link ModelLoadError} where it means none. */
export async function findModelFile({ model, folder, onProgress }: FindModelFileOptions): Promise<string> {
  if (model === DEMO_MODEL) return DEMO_MODEL_PATH;
  if (/^(hf|https?):/.test(model)) {
    return resolveModelUri({ uri: model, folder, ...(onProgress && { onProgress }) });
  }
  const isAlias = !model.includes("/") && !model.endsWith(".gguf");
  if (isAlias && !(await exists(model))) {
    throw new ModelLoadError(
      `MODEL=${model} is neither a file nor a known alias. Give the path of a GGUF file, an hf: URI, or \`${DEMO_MODEL}\`.`,
    );
  }
  return model;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
