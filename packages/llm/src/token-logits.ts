import type { Token } from "node-llama-cpp";
import type {
  AddonContext,
  AddonGrammarState,
  AddonSampler,
  SampledLogits,
  SamplerConfig,
} from "./addon-context.js";
import { LEADERS, NEGLIGIBLE } from "./draw-token.js";

/** All tokens that are not negligible, before penalty and temperature. */
const LIKELIEST: SamplerConfig = { temperature: 1, topP: 1, minP: NEGLIGIBLE, seed: 0 };
const ALL: SamplerConfig = { temperature: 1, topP: 1, minP: 0, seed: 0 };

/** The chain of samplers for one draw, in node-llama-cpp's terms. */
export type DrawOptions = Omit<SamplerConfig, "grammarEvaluationState">;

/** The logits behind one token, as long as the batch lives in which it was computed. */
export class TokenLogits {
  readonly #context: AddonContext;
  readonly #sampler: SlotSampler;
  readonly #batchIndex: number;

  constructor(context: AddonContext, sampler: SlotSampler, batchIndex: number) {
    this.#context = context;
    this.#sampler = sampler;
    this.#batchIndex = batchIndex;
  }

  /** The {@link LEADERS} highest, and the sum of exp(logit - highest) over all that is not negligible. */
  async likeliest(): Promise<{ readonly leaders: ReadonlyMap<Token, number>; readonly totalWeight: number }> {
    const [, , , logits, totalWeight] = await this.#read(LIKELIEST, [[], false, false, false, LEADERS]);
    if (!logits || totalWeight === undefined) throw new Error("llama.cpp gave no logits.");
    return { leaders: toMap(logits), totalWeight };
  }

  /** Those of the tokens asked for, or of all. */
  async of(tokens?: readonly Token[]): Promise<ReadonlyMap<Token, number>> {
    const [, , , logits] = await this.#read(ALL, tokens ? [tokens, false, false, false, 0] : true);
    if (!logits) throw new Error("llama.cpp gave no logits.");
    return toMap(logits);
  }

  /** Draws a token with llama.cpp's chain; the grammar goes on by it. */
  async draw(options: DrawOptions, grammar?: AddonGrammarState): Promise<Token> {
    const config = { ...options, ...(grammar && { grammarEvaluationState: grammar }) };
    const token = await this.#context.sampleToken(this.#batchIndex, this.#sampler.with(config));
    if (token === -1) throw new Error("llama.cpp drew no token.");
    return token;
  }

  #read(config: SamplerConfig, wanted: Parameters<AddonContext["sampleToken"]>[4]): Promise<SampledLogits> {
    const sampler = this.#sampler.with(config);
    return this.#context.sampleToken(this.#batchIndex, sampler, false, false, wanted, true);
  }
}

/**
 * The sampler of one slot. Making one takes memory for the whole vocabulary, which node-llama-cpp does for
 * each token: a quarter of a millisecond that all slots wait for.
 */
export class SlotSampler {
  readonly #sampler: AddonSampler;
  #seed: number | undefined;

  constructor(sampler: AddonSampler) {
    this.#sampler = sampler;
  }

  with(config: SamplerConfig): AddonSampler {
    // With the same seed as before it would go on with the random numbers behind the last draw's.
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
  // Tokens stand at the even places.
  for (let at = 0; at + 1 < pairs.length; at += 2) map.set(pairs[at] as Token, pairs[at + 1] ?? 0);
  return map;
}
