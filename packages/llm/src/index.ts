export { ACTION_GRAMMAR } from "./constraints/gbnf/action-grammar.js";
export { ActionGrammars } from "./constraints/gbnf/action-grammars.js";
export { chooseThreads, countAvailableCores } from "./llama/load/available-cores.js";
export type { PromptFormatChoice } from "./prompts/choose-prompt-format.js";
export { type ConnectOpenAiModelOptions, connectOpenAiModel } from "./openai/connect.js";
export { type FindModelFileOptions, findModelFile } from "./llama/load/find-model-file.js";
export {
  type EnginePlan,
  type LoadNodeLlamaModelOptions,
  type LogLevel,
  loadNodeLlamaModel,
} from "./llama/load/load-node-llama-model.js";
export { ModelLoadError } from "./llama/load/model-load-error.js";
export { ModelClosedError } from "./llama/node-llama-model.js";
export { OpenAiServerError, OpenAiSetupError } from "./openai/errors.js";
export { PromptFormatError } from "./prompts/prompt-format.js";
export { samplerThreads } from "./llama/load/sampler-threads.js";
export * from "./testing/scripted-model.js";
export { toolGrammar } from "./constraints/gbnf/tool-grammar.js";
export * from "./llama/load/tuned-settings.js";
