import { ChatTemplateFormat } from "./chat-template-format.js";
import { MixtralChatFormat } from "./mixtral-chat-format.js";
import { MixtralFormat } from "./mixtral-format.js";
import { type PromptFormat, PromptFormatError } from "./prompt-format.js";
import type { SpecialTokens } from "./special-tokens.js";

/** `auto`: by what the model file says. */
export type PromptFormatChoice = "auto" | PromptFormat["name"];

/** What a model file says about the prompts it wants. */
export interface PromptTraits {
  /** `general.architecture`. */
  readonly architecture: string;
  /** 0 for a dense model. */
  readonly expertCount: number;
  /** `tokenizer.chat_template`, if there is one. */
  readonly chatTemplate: string | undefined;
  /** Whether the vocabulary has a special token for `[INST]`, as later Mistral tokenizers do. */
  readonly hasInstructionToken: boolean;
  readonly bosToken: string;
  readonly eosToken: string;
  readonly addBos: boolean;
  readonly specialTokens: SpecialTokens;
}

/** How a model wants conversations written down. */
export interface PromptFormats {
  /** Of conversations whose completions are held to a constraint. */
  readonly constrained: PromptFormat;
  /** Of plain conversations: the file's own template, as far as it has one. */
  readonly text: PromptFormat;
  /** The name of a special token that ends a reply, beside those that the file marks so. */
  readonly endOfReply: string | undefined;
}

/**
 * The prompt formats for a model. Mixtral's own is written out in plain text, so it goes to
 * Mixtral-shaped files (`llama` with experts), to files whose template writes `[INST]` and knows no
 * system role, and to files without a template; but not where `[INST]` is a token of its own, which
 * only the template can spell. Throws {@link PromptFormatError} when a template is asked for and the
 * file has none, or a broken one.
 */
export function choosePromptFormats(choice: PromptFormatChoice, traits: PromptTraits): PromptFormats {
  const name = choice === "auto" ? preferredFormat(traits) : choice;
  if (name === "chat-template") {
    const format = templateFormat(traits);
    return { constrained: format, text: format, endOfReply: format.endOfReply };
  }
  const mixtral = { constrained: new MixtralFormat(), text: new MixtralChatFormat(), endOfReply: undefined };
  if (choice === "mixtral" || traits.chatTemplate === undefined) return mixtral;
  try {
    const format = templateFormat(traits);
    return { ...mixtral, text: format, endOfReply: format.endOfReply };
  } catch (error) {
    // Agents need no template, and so the file can be used.
    if (error instanceof PromptFormatError) return mixtral;
    throw error;
  }
}

function templateFormat(traits: PromptTraits): ChatTemplateFormat {
  if (traits.chatTemplate === undefined)
    throw new PromptFormatError(
      "The model file has no chat template: choose the prompt format `mixtral` or another file.",
    );
  return new ChatTemplateFormat({ ...traits, template: traits.chatTemplate });
}

function preferredFormat(traits: PromptTraits): PromptFormat["name"] {
  const { chatTemplate, architecture, expertCount, hasInstructionToken } = traits;
  if (chatTemplate === undefined) return "mixtral";
  if (hasInstructionToken) return "chat-template";
  const isMixtral = architecture === "llama" && expertCount > 0;
  const isPlainMistral = chatTemplate.includes("[INST]") && !/system/i.test(chatTemplate);
  return isMixtral || isPlainMistral ? "mixtral" : "chat-template";
}
