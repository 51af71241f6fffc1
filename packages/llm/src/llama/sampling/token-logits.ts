import type { Token } from "node-llama-cpp";
import type { TokenMask } from "../../constraints/token-mask.js";
import type {
  AddonContext,
  AddonGrammarState,
  AddonSampler,
  LogitsFilter,
  SamplerConfig,
} from "../binding/llama-binding.js";
import type { ProofSamplers } from "./proof-samplers.js";
import type { ProofLevel, TopLogits } from "./top-k-proof.js";

/** The settings of the chain of samplers for one sample, as node-llama-cpp names them. */
export type SamplerOptions = Omit<
  SamplerConfig,
  "grammarEvaluationState" | "tokenBiasKeys" | "tokenBiasValues"
>;

/** What restricts a sample. */
export interface SampleLimits {
  readonly mask?: TokenMask | undefined;
  /** What is added to the logits of tokens, by their numbers. */
  readonly bias?: Readonly<Record<string, number>> | undefined;
  /** Advances by the token that is sampled. */
  readonly grammar?: AddonGrammarState | undefined;
}

/** What samples after the tokens of one slot. */
export interface SlotSamplers {
  readonly chain: SlotSampler;
  readonly proofs: ProofSamplers;
}

/** The logits after one token. They are valid until the next batch is computed. */
export class TokenLogits {
  readonly #context: AddonContext;
  readonly #samplers: SlotSamplers;
  readonly #batchIndex: number;

  constructor(context: AddonContext, samplers: SlotSamplers, batchIndex: number) {
    this.#context = context;
    this.#samplers = samplers;
    this.#batchIndex = batchIndex;
  }

  /** The highest logits of the tokens that are not masked. */
  topLogits(
    mask: TokenMask | undefined,
    { topK, minP }: ProofLevel,
  ): Promise<Omit<TopLogits, "vocabularySize">> {
    return this.#samplers.proofs.use({ mask, minP }, async (sampler) => {
      const wanted: LogitsFilter = [[], false, false, false, topK];
      const sampled = await this.#context.sampleToken(this.#batchIndex, sampler, false, false, wanted, true);
      const [, , , pairs, totalWeight] = sampled;
      if (!pairs || totalWeight === undefined) throw new Error("llama.cpp gave no logits.");
      return { pairs, totalWeight, topK, minP };
    });
  }

  /**
   * The natural logarithms of probabilities before temperature, penalties and constraints: of `token`, and of the `top`
   * likeliest tokens. Reads the whole vocabulary, which takes longer than a sample does.
   */
  async logprobs(token: Token, top: number): Promise<Logprobs> {
    return this.#samplers.proofs.use({ mask: undefined, minP: 0 }, async (sampler) => {
      // The highest logit is needed in any case: weights are relative to it.
      const wanted: LogitsFilter = [[token], false, false, false, Math.max(1, top)];
      const sampled = await this.#context.sampleToken(this.#batchIndex, sampler, false, false, wanted, true);
      const [, , , pairs, totalWeight] = sampled;
      if (!pairs || totalWeight === undefined) throw new Error("llama.cpp gave no logits.");
      return toLogprobs(pairs, totalWeight, { token, top });
    });
  }

  /** Samples a token with llama.cpp's chain. */
  async sample(options: SamplerOptions, limits: SampleLimits): Promise<Token> {
    const sampler = this.#samplers.chain.with(options, limits);
    const token = await this.#context.sampleToken(this.#batchIndex, sampler);
    if (token === -1) throw new Error("llama.cpp sampled no token.");
    return token;
  }
}

/** Logarithms of probabilities, the highest of `top` first. */
interface Logprobs {
  readonly own: number;
  readonly top: readonly (readonly [token: Token, logprob: number])[];
}

/**
 * @param pairs token, logit, token, logit, …: the likeliest tokens, and the one that is asked for.
 * @param totalWeight the sum of exp(logit - highest logit) over the whole vocabulary.
 */
export function toLogprobs(
  pairs: readonly number[],
  totalWeight: number,
  { token, top }: { readonly token: Token; readonly top: number },
): Logprobs {
  const logits = new Map<Token, number>();
  for (let at = 0; at + 1 < pairs.length; at += 2) logits.set(pairs[at] as Token, pairs[at + 1] ?? 0);
  const sorted = [...logits].sort(([, a], [, b]) => b - a);
  const base = (sorted[0]?.[1] ?? 0) + Math.log(totalWeight);
  const own = logits.get(token);
  if (own === undefined) throw new Error("llama.cpp gave no logit of the token.");
  return { own: own - base, top: sorted.slice(0, top).map(([each, logit]) => [each, logit - base]) };
}

/**
 * The sampler of one slot. A sampler takes memory for the whole vocabulary, so it is made when it is first needed.
 * node-llama-cpp itself makes one for each token, which costs a quarter of a millisecond that all slots wait for.
 */
export class SlotSampler {
  readonly #create: () => AddonSampler;
  #sampler: AddonSampler | undefined;
  #seed: number | undefined;

  constructor(create: () => AddonSampler) {
    this.#create = create;
  }

  with(options: SamplerOptions, { mask: own, bias, grammar }: SampleLimits): AddonSampler {
    this.#sampler ??= this.#create();
    const mask = bias ? withBias(own, bias) : own;
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
    this.#sampler?.dispose();
  }
}

/** A mask that also biases tokens. What is masked stays so: minus infinity takes any bias. */
function withBias(mask: TokenMask | undefined, bias: Readonly<Record<string, number>>): TokenMask {
  const biased = Object.entries(bias);
  return {
    tokens: Uint32Array.from([...(mask?.tokens ?? []), ...biased.map(([token]) => Number(token))]),
    biases: Float32Array.from([...(mask?.biases ?? []), ...biased.map(([, size]) => size)]),
  };
}
