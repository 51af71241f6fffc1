import { type CompletionRequest, RefusedRequestError } from "@bullpen/contracts";

/** A part of a prompt that is tokenized by itself. */
export interface TextSegment {
  readonly text: string;
  /**
   * Whether the names of special tokens in `text` become those tokens. True only for text that
   * a model's own template wrote: a user's `</s>` stays text.
   */
  readonly special: boolean;
}

/** `bos` and `eos` are the special tokens themselves, never their names. */
export type PromptSegment = "bos" | "eos" | TextSegment;

/** The part of a request that becomes the prompt. */
export type PromptSource = Pick<CompletionRequest, "messages" | "primer" | "closing" | "constraint">;

/** The way in which one family of models wants a conversation written down. */
export interface PromptFormat {
  readonly name: "mixtral" | "chat-template";
  /** The prompt in the order of its segments. Throws {@link PromptFormatError}. */
  render(source: PromptSource): PromptSegment[];
}

/** A conversation that the model's format has no way to express. */
export class PromptFormatError extends RefusedRequestError {
  override readonly name = "PromptFormatError";
}

/**
 * The parts of an assistant's turn. Each is tokenised apart because each once was: the primer at
 * the end of a prompt, the continuation token by token, the closing at the head of the next part.
 * Only so do the tokens of the next turn's prompt repeat those of this one, and find them cached.
 */
export interface AssistantTurn {
  readonly primer: string;
  readonly continuation: string;
  readonly closing: string;
}

/** Takes the text of a whole turn apart. A turn without the primer is all continuation. */
export function splitAssistantTurn(content: string, { primer, closing = "" }: TurnMarks): AssistantTurn {
  if (primer === "" || !content.startsWith(primer)) return { primer: "", continuation: content, closing: "" };
  const rest = content.slice(primer.length);
  return closing !== "" && rest.endsWith(closing)
    ? { primer, continuation: rest.slice(0, -closing.length), closing }
    : { primer, continuation: rest, closing: "" };
}

/** What opens and what closes the assistant's turns of a request. */
type TurnMarks = Pick<CompletionRequest, "primer" | "closing">;

export function plainText(text: string): TextSegment {
  return { text, special: false };
}
