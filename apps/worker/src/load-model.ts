import { ANSWER_CONSTRAINT } from "@bullpen/agent";
import { type LanguageModel, splitCredentials } from "@bullpen/contracts";
import {
  connectOpenAiModel,
  describeTuningSubject,
  findModelFile,
  findTuned,
  loadNodeLlamaModel,
  readTunedFile,
  type ServerFigures,
  type TunedSettings,
} from "@bullpen/llm";
import { openHub } from "@bullpen/llm/models";
import type { Logger } from "@bullpen/runtime";
import { DEFAULT_CONTEXT_TOKENS, DEFAULT_SLOTS, DEFAULT_SLOTS_OF_SERVER } from "./default-settings.js";
import type { Env } from "./env.js";

/** Loads the model that the settings name, or connects to the server that has it. */
export async function loadModel(
  env: Env,
  logger: Logger,
  gpuNames: readonly string[],
): Promise<LanguageModel & { readonly servers?: readonly ServerFigures[] }> {
  return env.LLM_BASE_URL === undefined
    ? loadFromFile(env, logger, gpuNames)
    : connect(env, env.LLM_BASE_URL, logger);
}

/** The environment takes precedence over tuned settings, and those over the defaults. */
async function loadFromFile(env: Env, logger: Logger, gpuNames: readonly string[]): Promise<LanguageModel> {
  const modelPath = await findModelFile({
    model: env.MODEL,
    folder: env.MODELS_DIR,
    hub: await openHub(env),
    onNote: (message) => logger.warn({ model: env.MODEL }, message),
    onProgress: everyTenth((percent) => logger.info({ percent, model: env.MODEL }, "downloading the model")),
  });
  const tuned = await readTuned(env, modelPath, gpuNames);
  const slots = env.SLOTS ?? tuned?.slots ?? DEFAULT_SLOTS;
  const contextTokens = env.CONTEXT_TOKENS ?? tuned?.context_tokens ?? DEFAULT_CONTEXT_TOKENS;
  const threads = env.THREADS ?? tuned?.threads;
  logger.info({ modelPath, slots, contextTokens, threads, tuned }, "loading the model");
  return loadNodeLlamaModel({
    modelPath,
    name: env.MODEL_NAME,
    slots,
    contextTokensPerSlot: contextTokens,
    ...(threads === undefined ? {} : { threads }),
    gpu: env.GPU === "off" ? false : "auto",
    promptFormat: env.PROMPT_FORMAT,
    onProgress: everyTenth((percent) => logger.info({ percent }, "loading the model")),
    onPlan: (plan) => logger.info(plan, `${plan.slots} slots of ${plan.contextTokens} tokens`),
    log: (level, message) => logger[level]({ from: "llama.cpp" }, message),
  });
}

async function readTuned(
  env: Env,
  modelPath: string,
  gpuNames: readonly string[],
): Promise<TunedSettings | undefined> {
  const { entries } = await readTunedFile(env.TUNED_FILE);
  if (entries.length === 0) return undefined;
  // A missing file is named by what loads it.
  const subject = await describeTuningSubject(modelPath, gpuNames).catch(() => undefined);
  return subject && findTuned(entries, subject)?.settings;
}

async function connect(env: Env, baseUrls: readonly string[], logger: Logger) {
  const slots = env.SLOTS === undefined || env.SLOTS === "auto" ? DEFAULT_SLOTS_OF_SERVER : env.SLOTS;
  logger.info(
    { servers: baseUrls.map((url) => splitCredentials(url).url), model: env.LLM_MODEL, slots },
    "connecting to the model's servers",
  );
  return connectOpenAiModel({
    probe: ANSWER_CONSTRAINT,
    baseUrls,
    model: env.LLM_MODEL,
    apiKey: env.LLM_API_KEY,
    name: env.MODEL_NAME,
    slots,
    contextTokens: env.CONTEXT_TOKENS,
    timeoutMs: env.LLM_TIMEOUT_SECONDS * 1_000,
    log: (level, message) => logger[level]({ from: "LLM_BASE_URL" }, message),
  });
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
