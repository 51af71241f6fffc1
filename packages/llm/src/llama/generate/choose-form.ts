import type { CompletionRequest, Constraint, ObjectConstraint } from "@bullpen/contracts";
import type { Token } from "node-llama-cpp";
import type { ForcedPrefixTries } from "../../constraints/forced-prefix-trie.js";
import { GrammarGuide } from "../../constraints/grammar/grammar-guide.js";
import { ShapeGuide } from "../../constraints/shape-guide.js";
import type { TokenMasks } from "../../constraints/token-mask.js";
import type { Vocabulary } from "../../constraints/vocabulary.js";
import type { GrammarState } from "../binding/llama-binding.js";
import type { CompletionAssemblerOptions } from "./completion-assembler.js";

/** The two ways of holding a completion to a constraint. */
export interface ConstraintEngines {
  /** For shapes of constants and strings: tries and masks. */
  readonly tries: ForcedPrefixTries<Token>;
  readonly masks: TokenMasks<Token>;
  /**
   * For JSON schemas: a guide over tokens, or llama.cpp's grammar where a schema has characters that the vocabulary holds
   * in parts.
   */
  readonly startGrammar: (constraint: Constraint) => Promise<GrammarGuide<Token> | GrammarState>;
}

/** What holds a completion to its constraint: one of two guides, llama.cpp's grammar, or nothing. */
export interface Form {
  readonly shape?: ShapeGuide<Token>;
  readonly guide?: GrammarGuide<Token>;
  readonly grammar?: GrammarState;
}

interface FormSetup {
  readonly vocabulary: Vocabulary<Token>;
  /** Without them completions are not held to their constraints. */
  readonly constraints: ConstraintEngines | undefined;
}

/** How a request is held to its constraint. */
export async function chooseForm(
  { constraints, vocabulary }: FormSetup,
  { constraint }: CompletionRequest,
): Promise<Form> {
  if (!constraint || !constraints) return {};
  if (!("alternatives" in constraint) || hasSchemas(constraint)) {
    const started = await constraints.startGrammar(constraint);
    return started instanceof GrammarGuide ? { guide: started } : { grammar: started };
  }
  return { shape: new ShapeGuide(vocabulary, constraints.masks, constraints.tries.of(constraint)) };
}

/** What a completion of the request is. */
export function formOf({ constraint }: CompletionRequest): CompletionAssemblerOptions<Token>["form"] {
  if (!constraint) return "text";
  return "alternatives" in constraint ? "object" : "value";
}

/** Whether it holds JSON schemas, which tries and masks do not know. */
function hasSchemas({ alternatives }: ObjectConstraint): boolean {
  return alternatives.some((shape) => shape.some(({ value }) => "schema" in value));
}
