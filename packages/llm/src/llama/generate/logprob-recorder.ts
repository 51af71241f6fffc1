import type { CompletionRequest, TokenLogprob } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { Vocabulary } from "../../constraints/vocabulary.js";
import type { TokenLogits } from "../sampling/token-logits.js";

/** A millionth: finer than the engine's own 32-bit floats, and short as JSON. */
const PRECISION = 1e6;

/** Collects the probabilities of a completion's tokens. */
export class LogprobRecorder {
  readonly tokens: TokenLogprob[] = [];
  readonly #top: number;
  readonly #vocabulary: Vocabulary<Token>;

  /** Of a request that asks for probabilities; `undefined` for others. */
  static of({ logprobs }: CompletionRequest, vocabulary: Vocabulary<Token>): LogprobRecorder | undefined {
    return logprobs === undefined ? undefined : new LogprobRecorder(logprobs, vocabulary);
  }

  /** @param top of how many of the likeliest tokens at each place. */
  private constructor(top: number, vocabulary: Vocabulary<Token>) {
    this.#top = top;
    this.#vocabulary = vocabulary;
  }

  /** @param logits those that the token was sampled from. */
  async add(token: Token, logits: TokenLogits): Promise<void> {
    const { own, top } = await logits.logprobs(token, this.#top);
    this.tokens.push({ ...this.#entry(token, own), top: top.map(([each, size]) => this.#entry(each, size)) });
  }

  #entry(token: Token, logprob: number) {
    return { token: this.#vocabulary.textOf(token), logprob: Math.round(logprob * PRECISION) / PRECISION };
  }
}
