import { existsSync } from "node:fs";
import { errorMessage } from "@bullpen/base";
import { openLibraries, type PythonLibraries } from "@bullpen/python-sandbox";
import { type Logger, StartupError } from "@bullpen/runtime";
import type { Env } from "../../env.js";

/**
 * The libraries that programs of the Calculator may import. Those that are not compiled yet are compiled while
 * the tool-worker serves.
 *
 * @throws {StartupError} when a wheel cannot be used.
 */
export async function openCalculatorLibraries(env: Env, logger: Logger): Promise<PythonLibraries> {
  const { CALCULATOR_LIBRARIES: fetched, CALCULATOR_WHEELS: added } = env;
  const paths = [...(existsSync(fetched) ? [fetched] : []), ...added];
  try {
    const libraries = await openLibraries({ paths, onNotice: (text) => logger.info(text) });
    logger.info({ libraries: libraries.titles }, "the Calculator's libraries");
    libraries.ready.catch((error: unknown) => {
      logger.error({ err: error }, "the Calculator's libraries cannot be compiled");
    });
    return libraries;
  } catch (error) {
    throw new StartupError(errorMessage(error));
  }
}
