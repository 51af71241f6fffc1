import { Template } from "@huggingface/jinja";
import { errorClause } from "../error-clause.js";
import type { ChatMessage } from "./chat-messages.js";
import { conversationShapes } from "./conversation-shapes.js";
import { PromptFormatError } from "./prompt-format.js";

export interface ChatTemplateOptions {
  /** The Jinja source from `tokenizer.chat_template`. */
  readonly template: string;
  /** The names of the model's special tokens; "" where it has none. */
  readonly bosToken: string;
  readonly eosToken: string;
}

/** A part of a rendered conversation: the template's own text, or the message whose content is there. */
export type TemplatePart = string | ChatMessage;

/** A conversation as a template has it. */
export interface RenderedConversation {
  readonly parts: readonly TemplatePart[];
  /** The same with the contents in their places, as the template itself puts them there. */
  readonly text: string;
}

/** In which form a template may want what every conversation has. */
interface Dress {
  /** Templates are written for no tools being null; those made for tools only want a list. */
  readonly tools: readonly unknown[] | null;
  /** Those of models that see images may want contents as lists of parts. */
  readonly inParts: boolean;
}

const DRESSES: readonly Dress[] = [
  { tools: null, inParts: false },
  { tools: [], inParts: false },
  { tools: null, inParts: true },
];

/** The Jinja template in which an instruct model brings its format along. */
export class ChatTemplate {
  readonly #options: ChatTemplateOptions;
  readonly #template: Template;

  /** Throws {@link PromptFormatError} when the template does not parse or refuses a plain question. */
  constructor(options: ChatTemplateOptions) {
    this.#options = options;
    try {
      this.#template = new Template(options.template);
    } catch (error) {
      throw new PromptFormatError(`The model's chat template cannot be parsed: ${errorClause(error)}.`);
    }
    this.render([{ role: "user", content: "Hello" }]);
  }

  /**
   * The conversation in the first shape (conversation-shapes.ts) that the template takes without losing a
   * message, up to where the assistant's reply begins.
   */
  render(messages: readonly ChatMessage[]): RenderedConversation {
    let refusal = "it leaves a message out";
    for (const dress of DRESSES) {
      for (const shape of conversationShapes(messages)) {
        try {
          const parts = this.#cut(shape, dress);
          if (parts) return { parts, text: this.#fill(shape, dress, parts) };
        } catch (error) {
          if (dress === DRESSES[0]) refusal = errorClause(error);
        }
      }
    }
    throw new PromptFormatError(`The model's chat template refuses this conversation: ${refusal}.`);
  }

  /**
   * Rendered with a placeholder for each content and cut there: the template's own text may name special
   * tokens, a content never can. `undefined` where a message is left out.
   */
  #cut(messages: readonly ChatMessage[], dress: Dress): readonly TemplatePart[] | undefined {
    const rendered = this.#renderWith(messages, dress, (_, index) => placeholder(index));
    if (!messages.every((_, index) => rendered.includes(placeholder(index)))) return undefined;
    return rendered
      .split(PLACEHOLDER_PATTERN)
      .map((part) => messages[placeholderIndex(part) ?? -1] ?? part)
      .filter((part) => part !== "");
  }

  /** What the template makes of the contents themselves; it may trim them, and take thoughts away. */
  #fill(messages: readonly ChatMessage[], dress: Dress, parts: readonly TemplatePart[]): string {
    try {
      return this.#renderWith(messages, dress, ({ content }) => content);
    } catch {
      return parts.map((part) => (typeof part === "string" ? part : part.content)).join("");
    }
  }

  #renderWith(
    messages: readonly ChatMessage[],
    { tools, inParts }: Dress,
    textOf: (message: ChatMessage, index: number) => string,
  ): string {
    const { bosToken, eosToken } = this.#options;
    return this.#template.render({
      messages: messages.map((message, index) => {
        const text = textOf(message, index);
        return { role: message.role, content: inParts ? [{ type: "text", text }] : text };
      }),
      tools,
      documents: null,
      add_generation_prompt: true,
      bos_token: bosToken,
      eos_token: eosToken,
      // An answer is read from its first word: a block of thoughts would have to come before it.
      enable_thinking: false,
    });
  }
}

/** Letters and digits only: templates trim, split and search contents. */
function placeholder(index: number): string {
  return `BULLPENCONTENT${index}PLACEHOLDER`;
}

const PLACEHOLDER_PATTERN = /(BULLPENCONTENT\d+PLACEHOLDER)/;

function placeholderIndex(part: string): number | undefined {
  const digits = /^BULLPENCONTENT(\d+)PLACEHOLDER$/.exec(part)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
