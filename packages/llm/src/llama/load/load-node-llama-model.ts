import type { LanguageModel } from "@bullpen/contracts";
import {
  getLlama,
  InsufficientMemoryError,
  type Llama,
  type LlamaContext,
  LlamaGrammarEvaluationState,
  LlamaLogLevel,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import { ForcedPrefixTries } from "../../constraints/forced-prefix-trie.js";
import { GrammarCache } from "../../constraints/gbnf/grammar-cache.js";
import { TokenMasks } from "../../constraints/token-mask.js";
import { Vocabulary } from "../../constraints/vocabulary.js";
import {
  choosePromptFormats,
  type PromptFormatChoice,
  type PromptFormats,
} from "../../prompts/choose-prompt-format.js";
import { addsSpace, tokenizeBare } from "../../prompts/prompt-tokens.js";
import { SpecialTokens } from "../../prompts/special-tokens.js";
import { bindingOf, grammarStateOf } from "../binding/llama-binding.js";
import { ALL_FAST_PATHS, type FastPaths } from "../generate/fast-paths.js";
import type { GenerationSetup } from "../generate/generate.js";
import { IncrementalDetokenizer } from "../generate/incremental-detokenizer.js";
import { NodeLlamaModel } from "../node-llama-model.js";
import { BatchDecoder } from "../scheduling/batch-decoder.js";
import { PrefillBudget } from "../scheduling/prefill-budget.js";
import { SequenceSlot } from "../scheduling/sequence-slot.js";
import { chooseThreads, countAvailableCores } from "./available-cores.js";
import { explainLoadFailure } from "./explain-load-failure.js";
import { type ModelFile, readModelFile } from "./model-file.js";
import { planSlots } from "./plan-slots.js";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LoadNodeLlamaModelOptions {
  /** The GGUF file; of a split model its first part. */
  readonly modelPath: string;
  /** The name that queries ask for. */
  readonly name: string;
  /** Requests computed side by side. `auto`: as many as memory holds, 64 on GPUs and 8 a core on a CPU at most. */
  readonly slots: number | "auto";
  /** Tokens that one request's prompt and completion may take together. */
  readonly contextTokensPerSlot: number;
  /** Threads for what runs on the CPU. Default: the cores that are really available less one. */
  readonly threads?: number;
  /** `auto`: all visible GPUs, the CPU where there is none. `false`: the CPU. Default: `auto`. */
  readonly gpu?: "auto" | false;
  /** Default: `auto`, by what the model file says. */
  readonly promptFormat?: PromptFormatChoice;
  /** Whether completions are held to their constraints. Default: true; false lets a test see malformed output. */
  readonly appliesConstraints?: boolean;
  /** Default: all. Off, the same texts come more slowly. */
  readonly fastPaths?: Partial<FastPaths>;
  /** Called with the part that is loaded, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Called with what was decided before the context is made. */
  readonly onPlan?: (plan: EnginePlan) => void;
  /** Receives llama.cpp's messages, warnings and worse. Default: they are dropped. */
  readonly log?: (level: LogLevel, message: string) => void;
  readonly signal?: AbortSignal;
}

/** What a context is made with. */
export interface EnginePlan {
  readonly slots: number;
  /** Tokens of one slot. */
  readonly contextTokens: number;
  /** What the context is expected to take, and what was free beside the model. */
  readonly contextBytes: number;
  readonly freeBytes: number;
  readonly on: "cpu" | "gpu";
}

/** Of llama.cpp's messages about a file that it does not load the first ones tell why. */
const MOST_SAID = 8;

/** Slots beyond these gain little speed. */
const MOST_SLOTS = { cpu: (cores: number) => Math.min(64, Math.max(8, 8 * cores)), gpu: 64 };

/**
 * Tokens computed in one batch: enough to keep the processor busy, few enough for its memory. On a CPU
 * attention over long parts of a prompt is slower: 350 tokens at once took a third longer than in parts of 128.
 */
const BATCH_SIZE = { cpu: 128, gpu: 2048 };

/**
 * Floats of one attention head from which llama.cpp's flash attention is the faster way on a CPU too: with 64
 * it gained 5 % in generation and 10 % in prompts, with 32, which its vector code does not take, it lost half.
 */
const SMALLEST_FLASH_HEAD = 64;

/**
 * CPU threads where the GPU holds the whole model: all that is left is to look up the tokens' embeddings, and
 * llama.cpp starts its threads anew for each batch.
 */
const THREADS_BESIDE_GPU = 1;

/** Prompt tokens beside sequences that generate. */
const PREFILL_TOKENS_PER_STEP = { cpu: 128, gpu: 512 };

/** On a GPU a step takes about as long for one sequence as for all: reading the weights is what costs. */
const UBATCH_COST = { cpu: 0, gpu: 1 };

/**
 * Loads a model into memory. Throws {@link ModelLoadError} when the file is missing, damaged or too
 * large for the machine, and the signal's reason when it aborts.
 */
export async function loadNodeLlamaModel(options: LoadNodeLlamaModelOptions): Promise<LanguageModel> {
  const { modelPath, signal } = options;
  const file = await readModelFile(modelPath, signal);
  const threads = options.threads ?? chooseThreads();
  /** What llama.cpp says is wrong; its errors themselves say only that. */
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
        if (toLogLevel(level) === "error" && said.length < MOST_SAID) said.push(message.trim());
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
  const onGpu = llama.gpu !== false;
  const plan = await planEngine(llama, model, options);
  options.onPlan?.(plan);
  const { slots, contextTokens } = plan;
  const batchSize = Math.max(slots, onGpu ? BATCH_SIZE.gpu : BATCH_SIZE.cpu);
  const context: LlamaContext = await model.createContext({
    sequences: slots,
    contextSize: contextTokens,
    batchSize,
    threads: isWholeOnGpu(model) ? THREADS_BESIDE_GPU : threads,
    flashAttention: takesFlashAttention(llama, model),
    ...(signal && { createSignal: signal }),
  });
  const setup = createSetup(llama, model, formats, { ...options, batchSize, contextTokens });
  const binding = bindingOf(context);
  const decoder = new BatchDecoder(binding.context, {
    size: batchSize,
    ubatchCost: UBATCH_COST[onGpu ? "gpu" : "cpu"],
  });
  const newSlot = (id: number) => new SequenceSlot(binding, decoder, id);
  return new NodeLlamaModel({ name, llama, model, context, formats, setup, newSlot });
}

async function planEngine(
  llama: Llama,
  model: LlamaModel,
  options: LoadNodeLlamaModelOptions,
): Promise<EnginePlan> {
  const { slots, contextTokensPerSlot: contextTokens } = options;
  const onGpu = llama.gpu !== false;
  const freeBytes = onGpu ? (await llama.getVramState()).free : process.availableMemory();
  const estimateBytes = async (sequences: number, contextSize: number) => {
    const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
      sequences,
      contextSize,
      modelGpuLayers: model.gpuLayers,
      batchSize: Math.max(sequences, onGpu ? BATCH_SIZE.gpu : BATCH_SIZE.cpu),
      flashAttention: takesFlashAttention(llama, model),
    });
    return onGpu ? gpuVram : cpuRam;
  };
  const on = onGpu ? "gpu" : "cpu";
  if (slots !== "auto")
    return { slots, contextTokens, freeBytes, contextBytes: await estimateBytes(slots, contextTokens), on };
  const mostSlots = onGpu ? MOST_SLOTS.gpu : MOST_SLOTS.cpu(Math.floor(countAvailableCores()));
  const plan = await planSlots({ contextTokens, mostSlots, freeBytes, estimateBytes });
  if (!plan) throw new InsufficientMemoryError("not even one slot of the shortest context fits");
  return { slots: plan.slots, contextTokens: plan.contextTokens, contextBytes: plan.bytes, freeBytes, on };
}

function isWholeOnGpu({ gpuLayers, fileInsights }: LlamaModel): boolean {
  return gpuLayers >= fileInsights.totalLayers;
}

function takesFlashAttention(llama: Llama, { fileInfo }: LlamaModel): boolean {
  if (llama.gpu !== false) return true;
  const { embedding_length = 0, attention } = fileInfo.architectureMetadata;
  const heads = attention?.head_count;
  const headSize = attention?.key_length ?? (typeof heads === "number" ? embedding_length / heads : 0);
  return headSize >= SMALLEST_FLASH_HEAD;
}

function createSetup(
  llama: Llama,
  model: LlamaModel,
  { endOfReply }: PromptFormats,
  options: LoadNodeLlamaModelOptions & { readonly batchSize: number; readonly contextTokens: number },
): GenerationSetup {
  const { detokenize, tokenize, tokens } = model;
  const anchor = tokenize("\n");
  const [endToken, ...others] = endOfReply === undefined ? [] : tokenize(endOfReply, true);
  const vocabulary = new Vocabulary<Token>({
    detokenize,
    anchor,
    allTokens: () => model.iterateAllTokens(),
    isEndOfText: (token) => model.isEogToken(token) || (token === endToken && others.length === 0),
  });
  const tokenizer = { bos: tokens.bos, eos: tokens.eos, tokenize };
  const grammars = new GrammarCache({
    create: (grammar) => llama.createGrammar({ grammar }),
    onOpen: (name, error) =>
      options.log?.(
        "warn",
        `the input schema of ${name} cannot be a grammar, so the model may write any object there (${error})`,
      ),
  });
  const tokenizeInPrompt = (text: string) => tokenizeBare(text, false, tokenizer);
  const tries = new ForcedPrefixTries({ vocabulary, tokenize: tokenizeInPrompt });
  return {
    vocabulary,
    newDetokenizer: () => new IncrementalDetokenizer({ detokenize, anchor }),
    plan: new PrefillBudget({
      batchSize: options.batchSize,
      prefillTokensPerStep: PREFILL_TOKENS_PER_STEP[llama.gpu === false ? "cpu" : "gpu"],
    }),
    constraints:
      options.appliesConstraints === false
        ? undefined
        : {
            tries,
            masks: new TokenMasks(vocabulary),
            startGrammar: async (constraint) =>
              grammarStateOf(
                new LlamaGrammarEvaluationState({ model, grammar: await grammars.for(constraint) }),
              ),
          },
    contextTokens: options.contextTokens,
    fastPaths: { ...ALL_FAST_PATHS, ...options.fastPaths },
    addsSpace: addsSpace(tokenizer),
    tokenize: tokenizeInPrompt,
  };
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

/** The tokens that llama.cpp reads out of a text only where it is told to. */
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
