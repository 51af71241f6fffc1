import type { Token } from "node-llama-cpp";
import type { AddonGrammarState } from "./addon-context.js";
import {
  type DrawPlace,
  drawAmong,
  findCertainToken,
  isNearlyGreedy,
  seedOfToken,
  uniformOf,
} from "./draw-token.js";
import { toDrawOptions } from "./sampling-options.js";
import type { TokenLogits } from "./token-logits.js";

export interface DrawRequest extends DrawPlace<Token> {
  /** Of the whole completion. */
  readonly seed: number;
  /** The new token's place in the completion, from 0. */
  readonly index: number;
  /** The end of the sequence, as far back as the penalty looks. */
  readonly recent: readonly Token[];
  /** All that are legal, where they are few. */
  readonly choices: readonly Token[] | undefined;
  readonly vocabularySize: number;
  /** Whether draws that have one possible result may be read off the likeliest tokens. */
  readonly shortcut: boolean;
  /** llama.cpp's grammar at this place. It goes on by the token that is drawn. */
  readonly grammar: AddonGrammarState | undefined;
}

/** Draws the token that follows (see draw-token.ts). */
export async function drawNext(logits: TokenLogits, request: DrawRequest): Promise<Token> {
  const { sampling, grammar, choices, vocabularySize } = request;
  const seed = seedOfToken(request.seed, request.index);
  const options = toDrawOptions(sampling, seed, request.recent);
  if (grammar) return logits.draw(options, grammar);
  if (request.shortcut && isNearlyGreedy(sampling)) {
    const certain = findCertainToken({ ...(await logits.likeliest()), vocabularySize }, request);
    if (certain !== undefined) return certain;
  }
  const token = await logits.draw(options);
  if (request.isLegal(token)) return token;
  return drawAmong(await logits.of(choices), request, uniformOf(seed));
}
