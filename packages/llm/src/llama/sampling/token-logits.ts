import type { Token } from "node-llama-cpp";
import type { TokenMask } from "../../constraints/token-mask.js";
import type {
  AddonContext,
  AddonGrammarState,
  AddonSampler,
  LogitsFilter,
  SamplerConfig,
} from "../binding/llama-binding.js";
import { TOP_K, type TopLogits } from "./top-k-proof.js";

/** The settings of the chain of samplers for one sample, as node-llama-cpp names them. */
export type SamplerOptions = Omit<
  SamplerConfig,
  "grammarEvaluationState" | "tokenBiasKeys" | "tokenBiasValues"
>;

/** What restricts a sample. */
export interface SampleLimits {
  readonly mask?: TokenMask | undefined;
  /** Advances by the token that is sampled. */
  readonly grammar?: AddonGrammarState | undefined;
}

/** The logits after one token. They are valid until the next batch is computed. */
export class TokenLogits {
  readonly #context: AddonContext;
  readonly #sampler: SlotSampler;
  readonly #batchIndex: number;

  constructor(context: AddonContext, sampler: SlotSampler, batchIndex: number) {
    this.#context = context;
    this.#sampler = sampler;
    this.#batchIndex = batchIndex;
  }

  /** The highest logits of the tokens that are not masked. */
  async topLogits(
    mask: TokenMask | undefined,
    minP: number,
  ): Promise<Omit<TopLogits<Token>, "vocabularySize">> {
    // Before penalty and temperature.
    const options: SamplerOptions = { temperature: 1, topP: 1, minP: minP, seed: 0 };
    const sampler = this.#sampler.with(options, { mask });
    const wanted: LogitsFilter = [[], false, false, false, TOP_K];
    const sampled = await this.#context.sampleToken(this.#batchIndex, sampler, false, false, wanted, true);
    const [, , , logits, totalWeight] = sampled;
    if (!logits || totalWeight === undefined) throw new Error("llama.cpp gave no logits.");
    return { top: toMap(logits), totalWeight, minP };
  }

  /** Samples a token with llama.cpp's chain. */
  async sample(options: SamplerOptions, limits: SampleLimits): Promise<Token> {
    const sampler = this.#sampler.with(options, limits);
    const token = await this.#context.sampleToken(this.#batchIndex, sampler);
    if (token === -1) throw new Error("llama.cpp sampled no token.");
    return token;
  }
}

/**
 * The sampler of one slot. A sampler takes memory for the whole vocabulary. node-llama-cpp itself makes one for each
 * token, which costs a quarter of a millisecond that all slots wait for.
 */
export class SlotSampler {
  readonly #sampler: AddonSampler;
  #seed: number | undefined;

  constructor(sampler: AddonSampler) {
    this.#sampler = sampler;
  }

  with(options: SamplerOptions, { mask, grammar }: SampleLimits): AddonSampler {
    const config: SamplerConfig = {
      ...options,
      ...(mask && { tokenBiasKeys: mask.tokens, tokenBiasValues: mask.biases }),
      ...(grammar && { grammarEvaluationState: grammar }),
    };
    // With an unchanged seed the sampler would continue the random numbers of the last sample.
    if (config.seed === this.#seed) this.#sampler.applyConfig({ seed: (config.seed ^ 1) >>> 0 });
    this.#sampler.applyConfig(config);
    this.#seed = config.seed;
    return this.#sampler;
  }

  dispose(): void {
    this.#sampler.dispose();
  }
}

function toMap(pairs: readonly number[]): ReadonlyMap<Token, number> {
  const map = new Map<Token, number>();
  // Tokens are at the even indexes, their logits at the odd ones.
  for (let at = 0; at + 1 < pairs.length; at += 2) map.set(pairs[at] as Token, pairs[at + 1] ?? 0);
  return map;
}
