// Brings the model of the settings into MODELS_DIR and ends: what runs before a worker, so that no download is part of
// its start. A file that is there is left as it is.
import { createLogger, printError } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { bringModelFile } from "./load-model.js";

try {
  const env = readEnv();
  const logger = createLogger("worker", env.LOG_LEVEL);
  const path = await bringModelFile(env, logger);
  logger.info({ path }, "the model is here");
} catch (error) {
  printError(error);
  process.exitCode = 1;
}
