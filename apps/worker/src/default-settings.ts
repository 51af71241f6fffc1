/** What a worker takes where neither its environment nor `bullpen tune` says anything. */
export const DEFAULT_SLOTS = "auto";
export const DEFAULT_SLOTS_OF_SERVER = 64;
export const DEFAULT_CONTEXT_TOKENS = 4_096;
/** On two H100, vLLM's tokens a second still grow by half from 128 sequences to 256 (docs/engines.md). */
export const DEFAULT_SLOTS_OF_VLLM = 256;
