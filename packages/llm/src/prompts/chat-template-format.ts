import { shapesOf } from "@bullpen/contracts";
import { type ChatMessage, withChatRole } from "./chat-messages.js";
import { ChatTemplate, type ChatTemplateOptions, type TemplatePart } from "./chat-template.js";
import {
  type PromptFormat,
  PromptFormatError,
  type PromptSegment,
  type PromptSource,
  plainText,
  splitAssistantTurn,
  type TextSegment,
} from "./prompt-format.js";
import type { SpecialTokens } from "./special-tokens.js";

export interface ChatTemplateFormatOptions extends ChatTemplateOptions {
  /** Whether the model expects BOS even where its template does not write it. */
  readonly addBos: boolean;
  readonly specialTokens: SpecialTokens;
}

/**
 * The format that an instruct model brings along as a Jinja template. A tool's output becomes a user
 * message. A BOS at the start is written once, whether the template names it or the tokenizer adds it; one
 * further on (Llama 2 starts every exchange with one) is left to the template.
 *
 * An agent's prompt is cut into segments at the contents, so that the tokens of each turn stay those that
 * were generated. Plain text is tokenised in one piece, as every other program does it that runs the same
 * file, so that it gives the same answer; where a content names a special token it is cut all the same, and
 * the name stays text.
 */
export class ChatTemplateFormat implements PromptFormat {
  readonly name = "chat-template";
  readonly #options: ChatTemplateFormatOptions;
  readonly #template: ChatTemplate;

  /** Throws {@link PromptFormatError} when the template does not parse or refuses a plain question. */
  constructor(options: ChatTemplateFormatOptions) {
    this.#options = options;
    this.#template = new ChatTemplate(options);
  }

  render(source: PromptSource): PromptSegment[] {
    const { messages, primer, constraint } = source;
    const { parts, text } = this.#template.render(messages.map(withChatRole));
    const { bosToken, addBos, specialTokens } = this.#options;
    const whole = text + primer;
    const segments =
      !shapesOf(constraint) && namesOnlyOwnTokens(whole, parts, specialTokens)
        ? [{ text: whole, special: true }]
        : [...parts.flatMap((part) => partSegments(part, source)), ...textUnlessEmpty(primer)];
    const { rest, hasBos } = takeBos(segments, bosToken);
    return [...(hasBos || (addBos && bosToken !== "") ? ["bos" as const] : []), ...rest];
  }

  /** The name of the special token that the template puts after a reply, if it does. */
  get endOfReply(): string | undefined {
    const reply: ChatMessage = { role: "assistant", content: "reply" };
    const parts = this.#partsOf([{ role: "user", content: "Hello" }, reply]);
    const after = parts[parts.indexOf(reply) + 1];
    return typeof after === "string"
      ? this.#options.specialTokens.findAtStartOf(after.trimStart())
      : undefined;
  }

  /** None where the template refuses the conversation. */
  #partsOf(messages: readonly ChatMessage[]): readonly TemplatePart[] {
    try {
      return this.#template.render(messages).parts;
    } catch (error) {
      if (error instanceof PromptFormatError) return [];
      throw error;
    }
  }
}

/** Whether all special tokens that a text names are those of its template's own parts. */
function namesOnlyOwnTokens(text: string, parts: readonly TemplatePart[], tokens: SpecialTokens): boolean {
  const own = parts.flatMap((part) => (typeof part === "string" ? tokens.findIn(part) : []));
  return tokens.findIn(text).join() === own.join();
}

function takeBos(
  segments: readonly TextSegment[],
  bosToken: string,
): { rest: PromptSegment[]; hasBos: boolean } {
  const [first, ...rest] = segments;
  if (!first?.special || bosToken === "") return { rest: [...segments], hasBos: false };
  let { text } = first;
  while (text.startsWith(bosToken)) text = text.slice(bosToken.length);
  return { rest: text === "" ? rest : [{ text, special: true }, ...rest], hasBos: text !== first.text };
}

function partSegments(part: TemplatePart, source: PromptSource): TextSegment[] {
  if (typeof part === "string") return [{ text: part, special: true }];
  if (part.role !== "assistant") return textUnlessEmpty(part.content);
  const turn = splitAssistantTurn(part.content, source);
  return [turn.primer, turn.continuation, turn.closing].flatMap(textUnlessEmpty);
}

function textUnlessEmpty(text: string): TextSegment[] {
  return text === "" ? [] : [plainText(text)];
}
