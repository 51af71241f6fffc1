import { resolve } from "node:path";
import type { Env } from "../env.js";
import { ROOT } from "../paths.js";

/** Where downloaded models are kept: where the worker of a local stack reads them. */
export function modelsFolder({ MODELS_DIR }: Env): string {
  return resolve(ROOT, MODELS_DIR);
}
