import { join, resolve } from "node:path";
import type { Env } from "../env.js";
import { STATE_FOLDER, WORKING_FOLDER } from "../paths.js";

/** Where downloaded models are kept: where the worker of a local stack reads them. */
export function modelsFolder({ MODELS_DIR }: Env): string {
  return MODELS_DIR === undefined ? join(STATE_FOLDER, "models") : resolve(WORKING_FOLDER, MODELS_DIR);
}

/** Where a worker on this machine keeps what outlives it: settings for its process. */
export function workerFiles(env: Env): Record<string, string> {
  return {
    MODELS_DIR: modelsFolder(env),
    ...(env.TUNED_FILE === undefined && { TUNED_FILE: join(STATE_FOLDER, "tuned.json") }),
  };
}
