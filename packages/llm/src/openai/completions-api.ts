import { type CompletionRequest, OBJECT_CLOSING, shapesOf } from "@bullpen/contracts";
import { constraintGrammar } from "../constraints/gbnf/constraint-grammar.js";
import { forXgrammar } from "../constraints/gbnf/for-xgrammar.js";
import type { PromptFormat } from "../prompts/prompt-format.js";
import { spellOutSpecialTokens } from "../prompts/spell-out-special-tokens.js";
import type { OpenAiDialect } from "./dialect.js";
import { samplingFields } from "./request.js";

/**
 * Where `POST /completions` takes the grammar of a completion. `structured_outputs`: vLLM; `ebnf`: SGLang; `grammar`:
 * llama-server; `guided_grammar`: vLLM before 0.12.
 */
export const GRAMMAR_FIELDS = ["structured_outputs", "ebnf", "grammar", "guided_grammar"] as const;
type GrammarField = (typeof GRAMMAR_FIELDS)[number];

/** How the model behind a server wants its prompts written. */
export interface ServerPrompts {
  readonly format: PromptFormat;
  /** The names of the special tokens; the tokenizer of the server finds them in the prompt. */
  readonly bosToken: string;
  readonly eosToken: string;
}

/** How a server completes a prompt that is written here. */
export interface CompletionsApi extends ServerPrompts {
  readonly grammarField: GrammarField;
}

/**
 * The body of `POST /completions`: the prompt up to where the model's own text begins, in which the primer is read and
 * not generated. The end of an object, which the model has no choice about, is neither: see {@link closeObject}.
 *
 * @throws {PromptFormatError} when the format cannot express the conversation.
 */
export function toCompletionBody(
  request: CompletionRequest,
  options: {
    readonly api: CompletionsApi;
    readonly model: string;
    readonly dialect: OpenAiDialect;
    readonly maxTokens: number;
  },
): object {
  const { api, model, dialect, maxTokens } = options;
  const { constraint } = request;
  return {
    model,
    ...promptFields(request, api),
    max_tokens: maxTokens,
    stream: false,
    ...samplingFields(request, dialect),
    ...(constraint && grammarFields(constraintGrammar(constraint, undefined, ""), api.grammarField)),
  };
}

/** What the model wrote, closed as the object that the constraint asks for. */
export function closeObject(text: string, { constraint }: CompletionRequest): string {
  return shapesOf(constraint) ? text + OBJECT_CLOSING : text;
}

/** Servers put BOS before a prompt by themselves, as their tokenizer wants it. vLLM can be told not to. */
function promptFields(request: CompletionRequest, api: CompletionsApi): object {
  const { format, bosToken, eosToken, grammarField } = api;
  const messages = request.messages.map((message) => ({
    ...message,
    content: spellOutSpecialTokens(message.content),
  }));
  const segments = format.render({ ...request, messages });
  const writesBos = grammarField === "structured_outputs";
  const prompt = segments
    .map((segment) => {
      if (segment === "bos") return writesBos ? bosToken : "";
      return segment === "eos" ? eosToken : segment.text;
    })
    .join("");
  return writesBos ? { prompt, add_special_tokens: false } : { prompt };
}

/** llama-server holds to a grammar by itself, the others by xgrammar. */
function grammarFields(gbnf: string, field: GrammarField): object {
  if (field === "grammar") return { grammar: gbnf };
  const grammar = forXgrammar(gbnf);
  return field === "structured_outputs" ? { structured_outputs: { grammar } } : { [field]: grammar };
}
