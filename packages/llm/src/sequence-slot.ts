import type {
  ControlledEvaluateInputItem,
  LlamaContext,
  LlamaContextSequence,
  LlamaGrammarEvaluationState,
  Token,
} from "node-llama-cpp";
import { priorityOfSequence } from "./batch-order.js";

type InputOptions = Exclude<ControlledEvaluateInputItem, Token>[1];

/** What is asked about the token that follows: node-llama-cpp's own terms. */
export type NextTokenRequest = NonNullable<InputOptions["generateNext"]>;

/** What is known about the token that follows. */
export interface NextToken {
  readonly token?: Token | null;
  readonly logits?: ReadonlyMap<Token, number>;
  readonly totalLogitWeight?: number;
}

/** One of a context's sequences, with the KV cache that its last request left in it. */
export class SequenceSlot {
  /** The sequence's id in the context. */
  readonly id: number;
  /** The `cacheKey` of the request it served last. */
  lastKey: string | undefined;
  isAwaited = false;
  lastUse = 0;
  readonly #context: LlamaContext;
  #sequence: LlamaContextSequence;

  /** Slots are made one after the other, `id` counting from 0: contexts give out ids in that order. */
  constructor(context: LlamaContext, id: number) {
    this.#context = context;
    this.id = id;
    this.#sequence = context.getSequence();
  }

  /** Tokens in its KV cache. */
  get length(): number {
    return this.#sequence.nextTokenIndex;
  }

  /** Tokens at the head of `prompt` that the KV cache holds. */
  commonPrefix(prompt: readonly Token[]): number {
    return this.#sequence.compareContextTokens([...prompt]).firstDifferentIndex;
  }

  /** Drops from the KV cache what is not the head of `tokens`. */
  async keep(tokens: readonly Token[]): Promise<void> {
    await this.#sequence.adaptStateToTokens([...tokens], false);
  }

  /** Drops the last tokens from the KV cache. */
  async drop(count: number): Promise<void> {
    if (count > 0)
      await this.#sequence.eraseContextTokenRanges([{ start: this.length - count, end: this.length }]);
  }

  /** Adds tokens to the KV cache. */
  async evaluate(tokens: readonly Token[]): Promise<void> {
    await this.#evaluate([...tokens]);
  }

  /** Adds tokens to the KV cache and tells what follows the last of them. */
  async evaluateForNext(tokens: readonly Token[], request: NextTokenRequest): Promise<NextToken> {
    const input: ControlledEvaluateInputItem[] = [...tokens];
    const last = tokens.at(-1);
    if (last === undefined) throw new Error("There is no token to evaluate.");
    input[input.length - 1] = [last, { generateNext: request }];
    const results = await this.#evaluate(input);
    return results[tokens.length - 1]?.next ?? {};
  }

  /** Adds tokens to the KV cache and draws what follows them under llama.cpp's grammar, which goes on by it. */
  async drawUnderGrammar(
    tokens: readonly Token[],
    grammarEvaluationState: LlamaGrammarEvaluationState,
    options: NonNullable<NextTokenRequest["options"]>,
  ): Promise<Token> {
    const drawn = this.#sequence.evaluate([...tokens], {
      ...options,
      grammarEvaluationState,
      evaluationPriority: priorityOfSequence(this.id),
      yieldEogToken: true,
    });
    try {
      const { value } = await drawn.next();
      if (value === undefined) throw new Error("llama.cpp drew no token.");
      return value;
    } finally {
      await drawn.return();
    }
  }

  /**
   * Empties the slot after a failure: what its KV cache then holds is unknown. Not to be called for
   * two slots at a time: the context gives back whichever id is free.
   */
  async reset(): Promise<void> {
    this.lastKey = undefined;
    this.isAwaited = false;
    await this.#sequence.dispose();
    this.#sequence = this.#context.getSequence();
  }

  #evaluate(input: ControlledEvaluateInputItem[]) {
    return this.#sequence.controlledEvaluate(input, { evaluationPriority: priorityOfSequence(this.id) });
  }
}
