import { type Llama, LlamaGrammarEvaluationState, type LlamaModel, type Token } from "node-llama-cpp";
import { ForcedPrefixTries } from "../../constraints/forced-prefix-trie.js";
import { GrammarCache } from "../../constraints/gbnf/grammar-cache.js";
import { TokenMasks } from "../../constraints/token-mask.js";
import { Vocabulary } from "../../constraints/vocabulary.js";
import { addsSpace, tokenizeBare } from "../../prompts/prompt-tokens.js";
import { grammarStateOf } from "../binding/llama-binding.js";
import type { ConstraintEngines } from "../generate/choose-form.js";
import { ALL_FAST_PATHS, type FastPaths } from "../generate/fast-paths.js";
import type { GenerationSetup } from "../generate/generate.js";
import { IncrementalDetokenizer } from "../generate/incremental-detokenizer.js";
import { PrefillBudget } from "../scheduling/prefill-budget.js";
import { DEVICE_PROFILES } from "./device-profiles.js";
import { batchSizeOf, type EnginePlan } from "./plan-engine.js";

export interface CreateSetupOptions {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly plan: EnginePlan;
  /** The name of a special token that ends a reply, besides those that the file marks. */
  readonly endOfReply: string | undefined;
  readonly appliesConstraints: boolean;
  readonly fastPaths: Partial<FastPaths>;
  readonly warn: (message: string) => void;
}

/** Makes what all generations on one context share. */
export function createSetup(options: CreateSetupOptions): GenerationSetup {
  const { model, plan, endOfReply } = options;
  const { detokenize, tokenize, tokens } = model;
  const anchor = tokenize("\n");
  const [endToken, ...others] = endOfReply === undefined ? [] : tokenize(endOfReply, true);
  const vocabulary = new Vocabulary<Token>({
    detokenize,
    anchor,
    allTokens: () => model.iterateAllTokens(),
    isEndOfText: (token) => model.isEogToken(token) || (token === endToken && others.length === 0),
  });
  const tokenizer = { bos: tokens.bos, eos: tokens.eos, tokenize };
  const tokenizeInPrompt = (text: string) => tokenizeBare(text, false, tokenizer);
  return {
    vocabulary,
    newDetokenizer: () => new IncrementalDetokenizer({ detokenize, anchor }),
    prefillBudget: new PrefillBudget({
      batchSize: batchSizeOf(plan.on, plan.slots),
      prefillTokensPerStep: DEVICE_PROFILES[plan.on].prefillTokensPerStep,
    }),
    constraints: options.appliesConstraints
      ? createConstraintEngines(options, vocabulary, tokenizeInPrompt)
      : undefined,
    contextTokens: plan.contextTokens,
    fastPaths: { ...ALL_FAST_PATHS, ...options.fastPaths },
    addsSpace: addsSpace(tokenizer),
    tokenize: tokenizeInPrompt,
  };
}

function createConstraintEngines(
  { llama, model, warn }: CreateSetupOptions,
  vocabulary: Vocabulary<Token>,
  tokenize: (text: string) => readonly Token[],
): ConstraintEngines {
  const grammars = new GrammarCache({
    create: (grammar) => llama.createGrammar({ grammar }),
    onOpen: (name, error) =>
      warn(
        `the input schema of ${name} cannot be a grammar, so the model may write any object there (${error})`,
      ),
  });
  return {
    tries: new ForcedPrefixTries({ vocabulary, tokenize }),
    masks: new TokenMasks(vocabulary),
    startGrammar: async (constraint) =>
      grammarStateOf(new LlamaGrammarEvaluationState({ model, grammar: await grammars.for(constraint) })),
  };
}
