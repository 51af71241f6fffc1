import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DEMO_MODEL, type LanguageModel } from "@bullpen/contracts";
import { loadNodeLlamaModel, resolveModelUri } from "@bullpen/llm";
import { type Logger, StartupError } from "@bullpen/runtime";
import type { Env } from "./env.js";

/** The model that comes with the repository, seen from `apps/worker/dist`. */
const DEMO_MODEL_PATH = fileURLToPath(new URL("../../../models/demo/bullpen-demo.gguf", import.meta.url));

/** Loads the model that the settings name, and logs how far it is. */
export async function loadModel(env: Env, logger: Logger): Promise<LanguageModel> {
  const modelPath = await findModel(env, logger);
  logger.info({ modelPath, slots: env.SLOTS, contextTokens: env.CONTEXT_TOKENS }, "loading the model");
  return loadNodeLlamaModel({
    modelPath,
    name: env.MODEL_NAME,
    slots: env.SLOTS,
    contextTokensPerSlot: env.CONTEXT_TOKENS,
    ...(env.THREADS === undefined ? {} : { threads: env.THREADS }),
    gpu: env.GPU === "off" ? false : "auto",
    promptFormat: env.PROMPT_FORMAT,
    onProgress: everyTenth((percent) => logger.info({ percent }, "loading the model")),
    log: (level, message) => logger[level]({ from: "llama.cpp" }, message),
  });
}

async function findModel(env: Env, logger: Logger): Promise<string> {
  if (env.MODEL === DEMO_MODEL) return DEMO_MODEL_PATH;
  if (/^(hf|https?):/.test(env.MODEL)) {
    return resolveModelUri({
      uri: env.MODEL,
      folder: env.MODELS_DIR,
      onProgress: everyTenth((percent) =>
        logger.info({ percent, model: env.MODEL }, "downloading the model"),
      ),
    });
  }
  const isAlias = !env.MODEL.includes("/") && !env.MODEL.endsWith(".gguf");
  const exists = await stat(env.MODEL).then(
    () => true,
    () => false,
  );
  if (isAlias && !exists) {
    throw new StartupError(
      `MODEL=${env.MODEL} is neither a file nor a known alias. Give the path of a GGUF file, an hf: URI, or \`${DEMO_MODEL}\`.`,
    );
  }
  return env.MODEL;
}

/** Calls `report` with the percentage when a fraction (0 to 1) passes another tenth. */
function everyTenth(report: (percent: number) => void): (fraction: number) => void {
  let reported = 0;
  return (fraction) => {
    const tenths = Math.floor(fraction * 10);
    if (tenths <= reported) return;
    reported = tenths;
    report(tenths * 10);
  };
}
