import type { TokenMask } from "../../constraints/token-mask.js";
import type { AddonSampler } from "../binding/llama-binding.js";

/** What a sampler reads the top logits with. */
interface ProofSettings {
  readonly mask: TokenMask | undefined;
  readonly minP: number;
}

interface PooledSampler extends ProofSettings {
  readonly sampler: AddonSampler;
}

/** Samplers kept besides one for each slot: slots at different places of their texts read under different masks. */
const SPARE_SAMPLERS = 32;

/**
 * The samplers that read top logits, shared by all slots of a context. Configuring a sampler with a mask copies or
 * compares it on the JavaScript thread, tens of microseconds for which all slots wait. So a sampler keeps its mask, and
 * the next read under that mask takes it as it is.
 */
export class ProofSamplers {
  readonly #create: () => AddonSampler;
  readonly #limit: number;
  /** Those that are not in use, the latest used last: its memory is the likeliest to be in the processor's cache. */
  readonly #free: PooledSampler[] = [];
  #size = 0;

  /** @param slots how many reads there are at a time. */
  constructor(create: () => AddonSampler, slots: number) {
    this.#create = create;
    this.#limit = slots + SPARE_SAMPLERS;
  }

  /** Lends a sampler to `read`. */
  async use<Result>(
    settings: ProofSettings,
    read: (sampler: AddonSampler) => Promise<Result>,
  ): Promise<Result> {
    const pooled = this.#take(settings);
    try {
      return await read(pooled.sampler);
    } finally {
      this.#free.push(pooled);
    }
  }

  dispose(): void {
    for (const { sampler } of this.#free.splice(0)) sampler.dispose();
  }

  #take({ mask, minP }: ProofSettings): PooledSampler {
    const index = this.#free.findLastIndex((free) => free.mask === mask && free.minP === minP);
    if (index >= 0) return this.#free.splice(index, 1)[0] as PooledSampler;
    const sampler = (this.#size >= this.#limit ? this.#free.shift()?.sampler : undefined) ?? this.#grow();
    // Before penalty and temperature. The token that it samples is not used.
    const bias = mask && { tokenBiasKeys: mask.tokens, tokenBiasValues: mask.biases };
    sampler.applyConfig({ temperature: 1, topP: 1, minP, seed: 0, ...bias });
    return { sampler, mask, minP };
  }

  #grow(): AddonSampler {
    this.#size++;
    return this.#create();
  }
}
