import { Template } from "@huggingface/jinja";
import { type ChatMessage, joinSameRoles, joinSystemToUser, withChatRole } from "./chat-messages.js";
import {
  type PromptFormat,
  PromptFormatError,
  type PromptSegment,
  type PromptSource,
  plainText,
  splitAssistantTurn,
} from "./prompt-format.js";

export interface ChatTemplateFormatOptions {
  /** The Jinja source from `tokenizer.chat_template`. */
  readonly template: string;
  /** The names of the model's special tokens; "" where it has none. */
  readonly bosToken: string;
  readonly eosToken: string;
  /** Whether the model expects BOS even where its template does not write it. */
  readonly addBos: boolean;
}

/**
 * The format that an instruct model brings along as a Jinja template.
 *
 * The template is rendered with a placeholder for each content and cut there, so that the
 * template's own text may name special tokens and a content never can. A tool's output becomes a
 * user message. Where a template has no system role, or wants user and assistant to alternate,
 * messages are joined until it takes them. A BOS at the head is written once, whether the template
 * names it or the tokenizer adds it; one further on (Llama 2 starts every exchange with one) is the
 * template's own affair.
 */
export class ChatTemplateFormat implements PromptFormat {
  readonly name = "chat-template";
  readonly #options: ChatTemplateFormatOptions;
  readonly #template: Template;

  /** Throws {@link PromptFormatError} when the template does not parse or refuses a plain question. */
  constructor(options: ChatTemplateFormatOptions) {
    this.#options = options;
    try {
      this.#template = new Template(options.template);
    } catch (error) {
      throw new PromptFormatError(`The model's chat template cannot be parsed: ${messageOf(error)}.`);
    }
    this.render({ messages: [{ role: "user", content: "Hello" }], primer: "" });
  }

  render({ messages, primer }: PromptSource): PromptSegment[] {
    const { messages: accepted, rendered } = this.#renderAcceptable(messages.map(withChatRole));
    const { text, hasBos } = this.#takeBos(rendered);
    const segments: PromptSegment[] = hasBos ? ["bos"] : [];
    for (const part of text.split(PLACEHOLDER_PATTERN)) {
      const index = placeholderIndex(part);
      const message = index === undefined ? undefined : accepted[index];
      if (message) segments.push(...contentSegments(message, primer));
      else if (part !== "") segments.push({ text: part, special: true });
    }
    if (primer !== "") segments.push(plainText(primer));
    return segments;
  }

  /** The first way of joining messages that the template takes without losing one. */
  #renderAcceptable(messages: readonly ChatMessage[]): { messages: ChatMessage[]; rendered: string } {
    let refusal = "it leaves a message out";
    const withoutSystem = joinSystemToUser(messages);
    const candidates = [[...messages], withoutSystem, joinSameRoles(messages), joinSameRoles(withoutSystem)];
    // Templates are written for no tools being null; those made for tools only want a list.
    for (const tools of [null, []]) {
      for (const candidate of candidates) {
        try {
          const rendered = this.#renderTemplate(candidate, tools);
          if (candidate.every((_, index) => rendered.includes(placeholder(index))))
            return { messages: candidate, rendered };
        } catch (error) {
          if (tools === null) refusal = messageOf(error);
        }
      }
    }
    throw new PromptFormatError(`The model's chat template refuses this conversation: ${refusal}.`);
  }

  #renderTemplate(messages: readonly ChatMessage[], tools: readonly unknown[] | null): string {
    return this.#template.render({
      messages: messages.map(({ role }, index) => ({ role, content: placeholder(index) })),
      tools,
      documents: null,
      add_generation_prompt: true,
      bos_token: this.#options.bosToken,
      eos_token: this.#options.eosToken,
      // The primer opens the answer itself: a block of thoughts would have to come before it.
      enable_thinking: false,
    });
  }

  #takeBos(rendered: string): { text: string; hasBos: boolean } {
    const { bosToken, addBos } = this.#options;
    if (bosToken === "") return { text: rendered, hasBos: false };
    let text = rendered;
    while (text.startsWith(bosToken)) text = text.slice(bosToken.length);
    return { text, hasBos: addBos || text !== rendered };
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

function contentSegments({ role, content }: ChatMessage, primer: string): PromptSegment[] {
  if (role !== "assistant") return content === "" ? [] : [plainText(content)];
  const turn = splitAssistantTurn(content, primer);
  return [turn.primer, turn.continuation, turn.closing].filter((text) => text !== "").map(plainText);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
