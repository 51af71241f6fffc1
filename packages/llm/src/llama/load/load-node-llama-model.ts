import type { LanguageModel } from "@bullpen/contracts";
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from "node-llama-cpp";
import {
  choosePromptFormats,
  type PromptFormatChoice,
  type PromptFormats,
} from "../../prompts/choose-prompt-format.js";
import { SpecialTokens } from "../../prompts/special-tokens.js";
import { bindingOf } from "../binding/llama-binding.js";
import type { FastPaths } from "../generate/fast-paths.js";
import { NodeLlamaModel } from "../node-llama-model.js";
import { ProofSamplers } from "../sampling/proof-samplers.js";
import { BatchDecoder, type StepTimes } from "../scheduling/batch-decoder.js";
import { SequenceSlot } from "../scheduling/sequence-slot.js";
import { chooseThreads } from "./available-cores.js";
import { createSetup } from "./create-setup.js";
import { DEVICE_PROFILES, MAX_SEQUENCES, THREADS_BESIDE_GPU } from "./device-profiles.js";
import { explainLoadFailure } from "./explain-load-failure.js";
import { type ModelFile, readModelFile } from "./model-file.js";
import { ModelLoadError } from "./model-load-error.js";
import { batchSizeOf, type EnginePlan, planEngine, usesFlashAttention } from "./plan-engine.js";

type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoadNodeLlamaModelOptions {
  /** The GGUF file; of a split model its first part. */
  readonly modelPath: string;
  /** The name that queries ask for. */
  readonly name: string;
  /** Requests computed side by side. `auto`: as many as memory holds, at most what the device's profile says. */
  readonly slots: number | "auto";
  /** Tokens that the prompt and the completion of one request may take together. */
  readonly contextTokensPerSlot: number;
  /** Threads for what runs on the CPU. Default: the cores that are available less one. */
  readonly threads?: number;
  /** `auto`: all visible GPUs, or the CPU if there is none. `false`: the CPU. Default: `auto`. */
  readonly gpu?: "auto" | false;
  /** Default: `auto`, by what the model file says. */
  readonly promptFormat?: PromptFormatChoice;
  /** Whether completions are held to their constraints. Default: true; false lets a test see malformed output. */
  readonly appliesConstraints?: boolean;
  /** Default: all. Without them the same texts take longer. */
  readonly fastPaths?: Partial<FastPaths>;
  /** Called with the part that is loaded, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Called with what was decided before the context is made. */
  readonly onPlan?: (plan: EnginePlan) => void;
  /** Called after each step with where its time went. */
  readonly onStep?: (times: StepTimes) => void;
  /** Receives llama.cpp's messages, warnings and worse. Default: they are dropped. */
  readonly log?: (level: LogLevel, message: string) => void;
  readonly signal?: AbortSignal;
}

/** llama.cpp's error messages that are kept while a file is loaded: the first ones tell the cause. */
const MAX_KEPT_MESSAGES = 8;

/**
 * Loads a model into memory. Throws {@link ModelLoadError} when the file is missing, damaged or too
 * large for the machine, and the signal's reason when it aborts.
 */
export async function loadNodeLlamaModel(options: LoadNodeLlamaModelOptions): Promise<LanguageModel> {
  const { modelPath, signal, slots } = options;
  if (slots !== "auto" && slots > MAX_SEQUENCES)
    throw new ModelLoadError(
      `SLOTS is ${slots}, and llama.cpp computes at most ${MAX_SEQUENCES} queries side by side. Set SLOTS to ${MAX_SEQUENCES} or less, or to auto.`,
    );
  const file = await readModelFile(modelPath, signal);
  const threads = options.threads ?? chooseThreads();
  /** llama.cpp's error messages. The errors that it throws say only that it failed. */
  const said: string[] = [];
  let llama: Llama | undefined;
  try {
    llama = await getLlama({
      gpu: options.gpu ?? "auto",
      // A missing binary is an error to report, not a reason to compile for minutes.
      build: "never",
      maxThreads: threads,
      logLevel: options.log ? LlamaLogLevel.warn : LlamaLogLevel.error,
      logger: (level, message) => {
        if (toLogLevel(level) === "error" && said.length < MAX_KEPT_MESSAGES) said.push(message.trim());
        options.log?.(toLogLevel(level), message.trim());
      },
    });
    return await loadOn(llama, threads, file, options);
  } catch (error) {
    await llama?.dispose();
    signal?.throwIfAborted();
    throw explainLoadFailure(error, { ...options, said });
  }
}

async function loadOn(
  llama: Llama,
  threads: number,
  file: ModelFile,
  options: LoadNodeLlamaModelOptions,
): Promise<LanguageModel> {
  const { name, signal } = options;
  const model = await llama.loadModel({
    modelPath: options.modelPath,
    ...(options.onProgress && { onLoadProgress: options.onProgress }),
    ...(signal && { loadSignal: signal }),
  });
  const formats = chooseFormats(model, file, options);
  const plan = await planEngine(llama, model, options);
  options.onPlan?.(plan);
  const batchSize = batchSizeOf(plan.on, plan.slots);
  const context = await model.createContext({
    sequences: plan.slots,
    contextSize: plan.contextTokens,
    batchSize,
    threads: isWholeOnGpu(model) ? THREADS_BESIDE_GPU : threads,
    flashAttention: usesFlashAttention(plan.on, model),
    ...(signal && { createSignal: signal }),
  });
  const setup = createSetup({
    llama,
    model,
    plan,
    endOfReply: formats.endOfReply,
    appliesConstraints: options.appliesConstraints ?? true,
    fastPaths: options.fastPaths ?? {},
    warn: (message) => options.log?.("warn", message),
  });
  const binding = bindingOf(context);
  const { ubatchCost } = DEVICE_PROFILES[plan.on];
  const decoder = new BatchDecoder(binding.context, { size: batchSize, ubatchCost, onStep: options.onStep });
  const proofs = new ProofSamplers(binding.newSampler, plan.slots);
  const newSlot = (id: number) => new SequenceSlot(binding, decoder, proofs, id);
  return new NodeLlamaModel({ name, llama, model, context, formats, setup, newSlot, proofs });
}

function isWholeOnGpu({ gpuLayers, fileInsights }: LlamaModel): boolean {
  return gpuLayers >= fileInsights.totalLayers;
}

function chooseFormats(
  model: LlamaModel,
  file: ModelFile,
  { promptFormat = "auto" }: LoadNodeLlamaModelOptions,
): PromptFormats {
  const { tokens, tokenize } = model;
  return choosePromptFormats(promptFormat, {
    ...file,
    hasInstructionToken: tokenize("[INST]", true).length === 1,
    bosToken: tokens.bosString ?? "",
    eosToken: tokens.eosString ?? "",
    addBos: tokens.shouldPrependBosToken,
    specialTokens: new SpecialTokens(specialTokenNames(model)),
  });
}

/** The names of the tokens that llama.cpp reads out of a text only if it is told to. */
function* specialTokenNames(model: LlamaModel): Iterable<string> {
  for (const token of model.iterateAllTokens()) {
    const { control, unknown } = model.getTokenAttributes(token);
    if (control || unknown) yield model.detokenize([token], true);
  }
}

function toLogLevel(level: LlamaLogLevel): LogLevel {
  if (level === LlamaLogLevel.fatal || level === LlamaLogLevel.error) return "error";
  if (level === LlamaLogLevel.warn) return "warn";
  return level === LlamaLogLevel.debug ? "debug" : "info";
}
