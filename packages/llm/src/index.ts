export { ACTION_GRAMMAR } from "./action-grammar.js";
export { ActionGrammars } from "./action-grammars.js";
export { chooseThreads, countAvailableCores } from "./available-cores.js";
export type { PromptFormatChoice } from "./choose-prompt-format.js";
export { type ConnectOpenAiModelOptions, connectOpenAiModel } from "./connect-openai-model.js";
export { type FindModelFileOptions, findModelFile } from "./find-model-file.js";
export {
  type EnginePlan,
  type LoadNodeLlamaModelOptions,
  type LogLevel,
  loadNodeLlamaModel,
} from "./load-node-llama-model.js";
export { ModelLoadError } from "./model-load-error.js";
export { ModelClosedError } from "./node-llama-model.js";
export { OpenAiServerError, OpenAiSetupError } from "./openai-errors.js";
export { PromptFormatError } from "./prompt-format.js";
export { samplerThreads } from "./sampler-threads.js";
export * from "./scripted-model.js";
export { toolGrammar } from "./tool-grammar.js";
export * from "./tuned-settings.js";
