export { constraintGrammar } from "./constraints/gbnf/constraint-grammar.js";
export { GrammarCache } from "./constraints/gbnf/grammar-cache.js";
export { GrammarGuide } from "./constraints/grammar/grammar-guide.js";
export { TokenGrammars } from "./constraints/grammar/token-grammar.js";
export { TokenMasks } from "./constraints/token-mask.js";
export { type GrammarState, grammarStateOf } from "./llama/binding/llama-binding.js";
export { chooseThreads, countAvailableCores } from "./llama/load/available-cores.js";
export { findModelFile } from "./llama/load/find-model-file.js";
export { loadNodeLlamaModel } from "./llama/load/load-node-llama-model.js";
export { ModelLoadError } from "./llama/load/model-load-error.js";
export { tokensOf } from "./llama/load/model-tokens.js";
export { findEarlierDownload } from "./llama/load/node-llama-downloads.js";
export { type MemoryPlan, planMemory } from "./llama/load/plan-memory.js";
export { readArchitecture } from "./llama/load/read-architecture.js";
export { samplerThreads } from "./llama/load/sampler-threads.js";
export { slotsInMemory } from "./llama/load/slots-in-memory.js";
export {
  describeTuningSubject,
  findTuned,
  readTunedFile,
  type TunedEntry,
  type TunedSettings,
  withTuned,
} from "./llama/load/tuned-settings.js";
export { ModelClosedError } from "./llama/node-llama-model.js";
export type { StepTimes } from "./llama/scheduling/batch-decoder.js";
export { type ConnectOpenAiModelOptions, connectOpenAiModel } from "./openai/connect.js";
export { OpenAiServerError } from "./openai/errors.js";
export type { ServerFigures } from "./openai/pooled-server.js";
