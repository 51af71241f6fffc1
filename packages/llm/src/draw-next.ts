import type { LlamaGrammarEvaluationState, Token } from "node-llama-cpp";
import {
  type DrawPlace,
  drawAmong,
  findCertainToken,
  isNearlyGreedy,
  LEADERS,
  NEGLIGIBLE,
  seedOfToken,
  uniformOf,
} from "./draw-token.js";
import { toDrawOptions, withoutTopK } from "./sampling-options.js";
import type { NextTokenRequest, SequenceSlot } from "./sequence-slot.js";

export interface DrawRequest extends DrawPlace<Token> {
  /** Of the whole completion. */
  readonly seed: number;
  /** The new token's place in the completion, from 0. */
  readonly index: number;
  /** The end of the sequence, as far back as the penalty looks. */
  readonly recent: readonly Token[];
  readonly vocabularySize: number;
  /** Whether draws that have one possible result may be read off the likeliest tokens. */
  readonly shortcut: boolean;
  /** llama.cpp's grammar at this place. It goes on by the token that is drawn. */
  readonly grammar: LlamaGrammarEvaluationState | undefined;
}

/** The likeliest tokens with their logits, before penalty and temperature. */
const LIKELIEST: NextTokenRequest = {
  logits: { filter: { tokens: [], includeTop: LEADERS } },
  totalLogitWeight: true,
  options: { temperature: 1, topK: withoutTopK(), topP: 1, minP: NEGLIGIBLE, seed: 0 },
};

const ALL_LOGITS: NextTokenRequest = {
  logits: true,
  options: { temperature: 1, topK: withoutTopK(), topP: 1, minP: 0, seed: 0 },
};

/** Evaluates `tokens`, of which the KV cache holds none yet, and draws what follows them (see draw-token.ts). */
export async function drawNext(
  slot: SequenceSlot,
  tokens: readonly Token[],
  request: DrawRequest,
): Promise<Token> {
  if (request.grammar) {
    const seed = seedOfToken(request.seed, request.index);
    return slot.drawUnderGrammar(
      tokens,
      request.grammar,
      toDrawOptions(request.sampling, seed, request.recent),
    );
  }
  if (request.shortcut && isNearlyGreedy(request.sampling)) {
    const { logits: leaders, totalLogitWeight: totalWeight } = await slot.evaluateForNext(tokens, LIKELIEST);
    if (!leaders || totalWeight === undefined) throw new Error("llama.cpp gave no logits.");
    const { vocabularySize } = request;
    const certain = findCertainToken({ leaders, totalWeight, vocabularySize }, request);
    return certain ?? drawByChain(slot, await again(slot, tokens), request);
  }
  return drawByChain(slot, tokens, request);
}

async function drawByChain(
  slot: SequenceSlot,
  tokens: readonly Token[],
  request: DrawRequest,
): Promise<Token> {
  const seed = seedOfToken(request.seed, request.index);
  const options = toDrawOptions(request.sampling, seed, request.recent);
  const { token } = await slot.evaluateForNext(tokens, { token: true, options });
  if (token === undefined || token === null) throw new Error("llama.cpp drew no token.");
  if (request.isLegal(token)) return token;
  const { logits } = await slot.evaluateForNext(await again(slot, tokens), ALL_LOGITS);
  if (!logits) throw new Error("llama.cpp gave no logits.");
  return drawAmong(logits, request, uniformOf(seed));
}

/** Logits live until the next batch only: the last token is computed once more for another look at them. */
async function again(slot: SequenceSlot, tokens: readonly Token[]): Promise<readonly Token[]> {
  await slot.drop(1);
  return tokens.slice(-1);
}
