export type Device = "cpu" | "gpu";

/** How the engine runs on one kind of device. */
export interface DeviceProfile {
  /** Most tokens of a batch: enough to keep the processor busy, few enough for its memory. */
  readonly batchSize: number;
  /** Most slots that `auto` chooses. @param cores the CPU cores that are available. */
  readonly maxSlots: (cores: number) => number;
  /** Prompt tokens, of all sequences together, that join a step of sequences that decode and wait for it. */
  readonly prefillTokensPerStep: number;
  /** What each further pass through the weights costs, in tokens of every sequence of the batch. */
  readonly ubatchCost: number;
  /** Fewest floats of an attention head from which llama.cpp's flash attention is faster. */
  readonly minFlashHeadSize: number;
}

/** Sequences of one context of llama.cpp (`LLAMA_MAX_SEQ`). */
export const MAX_SEQUENCES = 256;

export const DEVICE_PROFILES: Readonly<Record<Device, DeviceProfile>> = {
  cpu: {
    // Attention over long parts of a prompt is slower: 350 tokens at once took a third longer than parts of 128.
    batchSize: 128,
    // 8 slots a core keep every core busy while others sample; slots beyond 64 gain little speed.
    maxSlots: (cores) => Math.min(64, Math.max(8, 8 * cores)),
    // One batch: tokens cost the same in any step, so a larger part would only hold the others up.
    prefillTokensPerStep: 128,
    // Tokens cost time here, passes do not.
    ubatchCost: 0,
    // With 64 it gained 5 % in decoding and 10 % in prefill; with 32, which its vector code lacks, it lost half.
    minFlashHeadSize: 64,
  },
  gpu: {
    // Few, large batches: a step costs the reading of the weights, for one token as for hundreds.
    batchSize: 2_048,
    // Measured on an H100 with a Mixtral: 256 slots generate 1.6 times the tokens of 64.
    maxSlots: () => MAX_SEQUENCES,
    // Four steps a full batch: a long prompt holds the others up for about the time of a step each.
    prefillTokensPerStep: 512,
    // A pass costs what a step of all sequences costs.
    ubatchCost: 1,
    minFlashHeadSize: 0,
  },
};

/**
 * CPU threads if the GPU holds the whole model: what is left is to look up the tokens' embeddings, and llama.cpp
 * starts its threads again for each batch.
 */
export const THREADS_BESIDE_GPU = 1;
