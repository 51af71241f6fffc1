import type { LlamaModel, Token } from "node-llama-cpp";
import { Vocabulary } from "../../constraints/vocabulary.js";
import { addsSpace, tokenizeBare } from "../../prompts/prompt-tokens.js";
import { IncrementalDetokenizer } from "../generate/incremental-detokenizer.js";

/** A model's tokens and their texts. */
export interface ModelTokens {
  readonly vocabulary: Vocabulary<Token>;
  readonly newDetokenizer: () => IncrementalDetokenizer<Token>;
  /** Whether the tokenizer puts a space before a text, as SentencePiece does. */
  readonly addsSpace: boolean;
  /** The tokens of a text in the middle of a prompt. */
  readonly tokenize: (text: string) => readonly Token[];
}

/** @param endOfReply the name of a special token that ends a reply, besides those that the file marks. */
export function tokensOf(model: LlamaModel, endOfReply?: string): ModelTokens {
  const { detokenize, tokenize, tokens } = model;
  const anchor = tokenize("\n");
  const [endToken, ...others] = endOfReply === undefined ? [] : tokenize(endOfReply, true);
  const tokenizer = { bos: tokens.bos, eos: tokens.eos, tokenize };
  return {
    vocabulary: new Vocabulary<Token>({
      detokenize,
      anchor,
      allTokens: () => model.iterateAllTokens(),
      isEndOfText: (token) => model.isEogToken(token) || (token === endToken && others.length === 0),
    }),
    newDetokenizer: () => new IncrementalDetokenizer({ detokenize, anchor }),
    addsSpace: addsSpace(tokenizer),
    tokenize: (text: string) => tokenizeBare(text, false, tokenizer),
  };
}
