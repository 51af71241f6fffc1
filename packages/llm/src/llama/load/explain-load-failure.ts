import { InsufficientMemoryError, NoBinaryFoundError } from "node-llama-cpp";
import { errorClause } from "../../error-clause.js";
import { PromptFormatError } from "../../prompts/prompt-format.js";
import { ModelLoadError } from "./model-load-error.js";

export interface LoadAttempt {
  readonly modelPath: string;
  readonly slots: number | "auto";
  readonly contextTokensPerSlot: number;
  /** llama.cpp's own error messages, in their order. */
  readonly said: readonly string[];
}

/** Why a model was not loaded, and what to do. */
export function explainLoadFailure(error: unknown, attempt: LoadAttempt): ModelLoadError {
  const { modelPath, slots, contextTokensPerSlot, said } = attempt;
  if (error instanceof ModelLoadError) return error;
  if (error instanceof PromptFormatError) return new ModelLoadError(`${modelPath}: ${error.message}`);
  if (error instanceof NoBinaryFoundError)
    return new ModelLoadError(
      "node-llama-cpp has no binary for this machine. Install its optional dependencies (npm ci), or build it with `npx node-llama-cpp source build`.",
    );
  if (error instanceof InsufficientMemoryError)
    return new ModelLoadError(
      `The model ${modelPath} with ${slots} slots of ${contextTokensPerSlot} tokens does not fit into memory (${errorClause(error)}). Take fewer slots, shorter contexts, or a smaller model file.`,
    );
  const reason = reasonIn(said) ?? errorClause(error);
  return new ModelLoadError(
    `The model file ${modelPath} could not be loaded (${reason}). ${adviceOn(reason)}`,
  );
}

function adviceOn(reason: string): string {
  if (/unknown model architecture|unknown pre-tokenizer/.test(reason))
    return "The file may be whole, and newer than this version of llama.cpp: choose a model that it knows, or a newer Bullpen.";
  // Until April 2024 each expert was a tensor of its own. Such Mixtrals are still the first that a search finds.
  if (/missing tensor 'blk\.\d+\.ffn_(?:up|down|gate)_exps/.test(reason))
    return "The file may be whole, and older than llama.cpp's present format for experts: take a newer conversion, such as mixtral-8x7b-instruct of `bullpen models list`.";
  return "Download it again, or choose one that this version of llama.cpp supports.";
}

/** The first message that says more than that loading failed, without the names of llama.cpp's functions. */
function reasonIn(said: readonly string[]): string | undefined {
  return said
    .map((message) => message.replace(/^\w+: /, "").replace(/^error loading model: /, ""))
    .find((message) => message !== "" && !/^failed to load model/i.test(message))
    ?.replace(/\.$/, "");
}
