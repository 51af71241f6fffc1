import {
  type Llama,
  type LlamaGrammar,
  LlamaGrammarEvaluationState,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import { ForcedPrefixTries } from "../../constraints/forced-prefix-trie.js";
import { GrammarCache } from "../../constraints/gbnf/grammar-cache.js";
import { GrammarGuide } from "../../constraints/grammar/grammar-guide.js";
import { TokenGrammar, TokenGrammars } from "../../constraints/grammar/token-grammar.js";
import { TokenMasks } from "../../constraints/token-mask.js";
import { grammarStateOf } from "../binding/llama-binding.js";
import type { ConstraintEngines } from "../generate/choose-form.js";
import { ALL_FAST_PATHS, type FastPaths } from "../generate/fast-paths.js";
import type { GenerationSetup } from "../generate/generate.js";
import { PrefillBudget } from "../scheduling/prefill-budget.js";
import { DEVICE_PROFILES } from "./device-profiles.js";
import { type ModelTokens, tokensOf } from "./model-tokens.js";
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
  const tokens = tokensOf(model, endOfReply);
  return {
    ...tokens,
    prefillBudget: new PrefillBudget({
      batchSize: batchSizeOf(plan.on, plan.slots),
      prefillTokensPerStep: DEVICE_PROFILES[plan.on].prefillTokensPerStep,
    }),
    constraints: options.appliesConstraints ? createConstraintEngines(options, tokens) : undefined,
    contextTokens: plan.contextTokens,
    fastPaths: { ...ALL_FAST_PATHS, ...options.fastPaths },
  };
}

function createConstraintEngines(
  { llama, model, warn }: CreateSetupOptions,
  tokens: ModelTokens,
): ConstraintEngines {
  const { vocabulary, newDetokenizer } = tokens;
  const masks = new TokenMasks(vocabulary);
  const own = new TokenGrammars({ ...tokens, masks });
  const grammars = new GrammarCache<TokenGrammar<Token> | LlamaGrammar>({
    create: async (gbnf) => own.from(gbnf) ?? llama.createGrammar({ grammar: gbnf }),
    onOpen: (name, error) =>
      warn(
        `the input schema of ${name} cannot be a grammar, so the model may write any object there (${error})`,
      ),
  });
  return {
    tries: new ForcedPrefixTries(tokens),
    masks,
    startGrammar: async (constraint) => {
      const grammar = await grammars.for(constraint);
      return grammar instanceof TokenGrammar
        ? new GrammarGuide({ grammar, vocabulary, pieces: newDetokenizer() })
        : grammarStateOf(new LlamaGrammarEvaluationState({ model, grammar }));
    },
  };
}
