/** Breaks a token's name into two without being seen: U+200B, zero width space. */
const BREAK = "\u200b";

/**
 * What the tokenizers of known model families take for special tokens anywhere in a text, by the forms in which they
 * are written. Each form has a bounded length, and no two match at one place.
 */
const FORMS = [
  // ChatML, Llama 3, Phi, GPT, Falcon, Zephyr, Granite, Command R; DeepSeek writes full-width bars.
  "<[|｜][^\\s<>|｜]{1,64}[|｜]>",
  // Llama 1 and 2, Mistral, Gemma, T5, RWKV; the roles of Gemma's turns; what code models fill in between.
  "</?(?:s|unk|pad|bos|eos|sep|cls|mask|sop|eop|BOS_TOKEN|EOS_TOKEN|PAD_TOKEN)>",
  "<(?:start|end|begin|beginning)_of_(?:turn|image|sentence|utterance|text|document)>",
  "<(?:fim_(?:prefix|middle|suffix|pad)|file_sep|repo_name|endoftext)>",
  // Places that a vocabulary keeps free, which a fine-tuned model may have given a meaning.
  "<(?:unused|reserved_|extra_id_|SPECIAL_|TOKENS_UNUSED_)\\d{1,6}>",
  // Llama 2, Mistral and its tools, GLM, EXAONE.
  "<</?SYS>>",
  "\\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|PREFIX|MIDDLE|SUFFIX|THINK|ARGS|CALL_ID|IMG|IMG_BREAK|IMG_END|gMASK|sMASK)\\]",
  "\\[\\|(?:system|user|assistant|tool|endofturn)\\|\\]",
];

const NAMED = new RegExp(FORMS.join("|"), "g");
/** The same forms with the break after their first character. */
const BROKEN = new RegExp(FORMS.map((form) => form.replace(/^(\\\[|<)/, `$1${BREAK}`)).join("|"), "g");

/**
 * A content in which no special token is named any more: a server reads the names of its special tokens out
 * of contents too, so that a question could end the user's turn and begin another's. The name stays legible.
 */
export function spellOutSpecialTokens(content: string): string {
  return content.replace(NAMED, (name) => name.charAt(0) + BREAK + name.slice(1));
}

/** A reply that repeats such names, as the names were. */
export function restoreSpecialTokens(reply: string): string {
  return reply.replace(BROKEN, (name) => name.replace(BREAK, ""));
}
