export { ACTION_GRAMMAR } from "./action-grammar.js";
export { chooseThreads, countAvailableCores } from "./available-cores.js";
export type { PromptFormatChoice } from "./choose-prompt-format.js";
export {
  type LoadNodeLlamaModelOptions,
  type LogLevel,
  loadNodeLlamaModel,
} from "./load-node-llama-model.js";
export { ModelLoadError } from "./model-file.js";
export { ModelClosedError } from "./node-llama-model.js";
export { PromptFormatError } from "./prompt-format.js";
export { type ResolveModelUriOptions, resolveModelUri } from "./resolve-model-uri.js";
export * from "./scripted-model.js";
