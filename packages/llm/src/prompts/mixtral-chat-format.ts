import { withChatRole } from "./chat-messages.js";
import { strictestShape } from "./conversation-shapes.js";
import { type PromptFormat, type PromptSegment, type PromptSource, plainText } from "./prompt-format.js";

/**
 * Plain conversations in the format of Mixtral-8x7B-Instruct, as its model card has it:
 *
 *     <bos>[INST] user [/INST] assistant<eos> [INST] user [/INST]
 *
 * It knows no system role: instructions go to the start of the first user message.
 */
export class MixtralChatFormat implements PromptFormat {
  readonly name = "mixtral";

  render({ messages, primer }: PromptSource): PromptSegment[] {
    const segments: PromptSegment[] = ["bos"];
    for (const { role, content } of strictestShape(messages.map(withChatRole))) {
      const space = segments.length > 1 ? " " : "";
      if (role === "assistant") segments.push(plainText(` ${content}`), "eos");
      else segments.push(plainText(`${space}[INST] ${content} [/INST]`));
    }
    return primer === "" ? segments : [...segments, plainText(` ${primer}`)];
  }
}
