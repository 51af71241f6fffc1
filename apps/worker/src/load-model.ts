import { answerConstraint } from "@bullpen/agent";
import { type LanguageModel, splitCredentials } from "@bullpen/contracts";
import {
  type ConnectOpenAiModelOptions,
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
import { type Logger, VLLM_CLOSE_SECONDS } from "@bullpen/runtime";
import {
  DEFAULT_CONTEXT_TOKENS,
  DEFAULT_SLOTS,
  DEFAULT_SLOTS_OF_SERVER,
  DEFAULT_SLOTS_OF_VLLM,
} from "./default-settings.js";
import type { Env } from "./env.js";
import { startVllm } from "./vllm/start-vllm.js";

export interface LoadedModel extends LanguageModel {
  /** The servers that have the model, where it runs in such. */
  readonly servers?: readonly ServerFigures[];
  /** Ends at once what would outlive this process. */
  readonly kill?: () => void;
  /** Seconds that {@link LanguageModel.close} may take. */
  readonly closeSeconds?: number;
}

export interface Gpus {
  /** As `CUDA_VISIBLE_DEVICES` names them. */
  readonly ids: readonly string[];
  readonly names: readonly string[];
}

/** Loads the model that the settings name, starts the server that runs it, or connects to those that do. */
export async function loadModel(env: Env, logger: Logger, gpus: Gpus): Promise<LoadedModel> {
  if (env.ENGINE === "vllm") return loadInVllm(env, logger, gpus.ids.length);
  if (env.LLM_BASE_URL === undefined) return loadFromFile(env, logger, gpus.names);
  const settings = {
    ...{ baseUrls: env.LLM_BASE_URL, model: env.LLM_MODEL, apiKey: env.LLM_API_KEY },
    slots: slotsOr(env, DEFAULT_SLOTS_OF_SERVER),
  };
  logger.info(
    {
      servers: env.LLM_BASE_URL.map((url) => splitCredentials(url).url),
      model: env.LLM_MODEL,
      slots: settings.slots,
    },
    "connecting to the model's servers",
  );
  return connect(env, settings, logger);
}

/** How long vLLM may take to stop before it is killed: a second less than the stop of the worker has for it. */
const VLLM_STOP_MS = (VLLM_CLOSE_SECONDS - 1) * 1_000;

/** What vLLM is called in messages: it listens on a socket file. */
const VLLM_URL = "http://vllm/v1";

async function loadInVllm(env: Env, logger: Logger, gpus: number): Promise<LoadedModel> {
  if (gpus === 0)
    logger.warn(
      "nvidia-smi shows no GPUs: vLLM takes those that it finds, and one unless VLLM_ARGS says more",
    );
  const vllm = await startVllm(env, gpus, logger);
  try {
    const settings = {
      ...{ baseUrls: [VLLM_URL], socketPath: vllm.socketPath, model: env.MODEL },
      slots: slotsOr(env, DEFAULT_SLOTS_OF_VLLM),
    };
    const model = await connect(env, settings, logger);
    return {
      name: model.name,
      slots: model.slots,
      contextTokens: model.contextTokens,
      servers: model.servers,
      complete: (request, signal) => model.complete(request, signal),
      checkReady: () => model.checkReady(),
      close: async () => {
        await model.close();
        await vllm.stop(VLLM_STOP_MS);
      },
      kill: () => vllm.kill(),
      closeSeconds: VLLM_CLOSE_SECONDS,
    };
  } catch (error) {
    await vllm.stop(VLLM_STOP_MS);
    throw error;
  }
}

function slotsOr({ SLOTS }: Env, ofServer: number): number {
  return SLOTS === undefined || SLOTS === "auto" ? ofServer : SLOTS;
}

/** The path of the model's file, which is downloaded where it is not here yet. */
export async function bringModelFile(env: Env, logger: Logger): Promise<string> {
  return findModelFile({
    model: env.MODEL,
    folder: env.MODELS_DIR,
    hub: await openHub(env),
    onNote: (message) => logger.warn({ model: env.MODEL }, message),
    onProgress: everyTenth((percent) => logger.info({ percent, model: env.MODEL }, "downloading the model")),
  });
}

/** The environment takes precedence over tuned settings, and those over the defaults. */
async function loadFromFile(env: Env, logger: Logger, gpuNames: readonly string[]): Promise<LanguageModel> {
  const modelPath = await bringModelFile(env, logger);
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

async function connect(
  env: Env,
  settings: Pick<ConnectOpenAiModelOptions, "baseUrls" | "socketPath" | "model" | "apiKey" | "slots">,
  logger: Logger,
) {
  return connectOpenAiModel({
    ...settings,
    probe: answerConstraint(),
    api: env.LLM_API,
    name: env.MODEL_NAME,
    contextTokens: env.CONTEXT_TOKENS,
    timeoutMs: env.LLM_TIMEOUT_SECONDS * 1_000,
    log: (level, message) =>
      logger[level]({ from: env.ENGINE === "vllm" ? "vLLM" : "LLM_BASE_URL" }, message),
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
