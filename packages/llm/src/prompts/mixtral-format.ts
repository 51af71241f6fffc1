import type { Message } from "@bullpen/contracts";
import {
  type PromptFormat,
  type PromptSegment,
  type PromptSource,
  plainText,
  splitAssistantTurn,
} from "./prompt-format.js";

/**
 * The format of Mixtral-8x7B-Instruct under the agent protocol. With instructions:
 *
 *     <bos>[INST] instructions [/INST]|
 *     User: query
 *     Assistant: primer|continuation|closing
 *     Tool Output: observation
 *     Assistant: primer
 *
 * Bars are segment boundaries; the demo model is trained on exactly these. A user who writes after
 * an answer starts a new instruction, as Mixtral was taught: `…closing<eos> [INST] query [/INST]`,
 * then the `Assistant:` line. Without instructions the first query takes their place.
 *
 * The prompt ends in the primer. Without a primer it ends in `Assistant:`, or, in a conversation
 * without instructions, in `[/INST]`; the model's text then starts with a space.
 */
export class MixtralFormat implements PromptFormat {
  readonly name = "mixtral";

  render(source: PromptSource): PromptSegment[] {
    const { messages, primer } = source;
    const instructions = messages.filter((m) => m.role === "system").map((m) => m.content);
    const exchanges = groupExchanges(messages.filter((m) => m.role !== "system"));
    const segments: PromptSegment[] = ["bos"];
    if (instructions.length > 0) segments.push(plainText(instruct(instructions.join("\n\n"))));

    exchanges.forEach((exchange, index) => {
      const isFirst = index === 0;
      const reply = exchange.reply === undefined ? undefined : splitAssistantTurn(exchange.reply, source);
      const previous = exchanges[index - 1]?.reply;
      const closing = previous === undefined ? "" : splitAssistantTurn(previous, source).closing;
      const replyPrimer = reply ? reply.primer : primer;
      const cue = cueReply(replyPrimer, instructions.length > 0);

      if (exchange.inputs[0]?.role === "user" && (!isFirst || instructions.length === 0)) {
        if (!isFirst) segments.push(...textUnlessEmpty(closing), "eos");
        const query = exchange.inputs.map(withoutLabel).join("\n");
        segments.push(plainText(`${isFirst ? "" : " "}${instruct(query)}${cue}`));
      } else {
        const lines = exchange.inputs.map((input) => `\n${withLabel(input)}`).join("");
        segments.push(...textUnlessEmpty(closing + lines + cue));
      }
      if (reply) segments.push(...textUnlessEmpty(reply.continuation));
    });
    return segments;
  }
}

/** What was put to the model at one point, and its reply; the last exchange has none yet. */
interface Exchange {
  readonly inputs: Message[];
  reply?: string;
}

function groupExchanges(messages: readonly Message[]): Exchange[] {
  let current: Exchange = { inputs: [] };
  const exchanges = [current];
  for (const message of messages) {
    if (message.role !== "assistant") {
      current.inputs.push(message);
      continue;
    }
    current.reply = message.content;
    current = { inputs: [] };
    exchanges.push(current);
  }
  return exchanges;
}

function instruct(text: string): string {
  return `[INST] ${text} [/INST]`;
}

/** The text before the model's. It ends without a space: the model's words begin with their own. */
function cueReply(primer: string, underProtocol: boolean): string {
  if (primer !== "") return `\nAssistant: ${primer}`;
  return underProtocol ? "\nAssistant:" : "";
}

function withLabel({ role, content }: Message): string {
  return role === "tool" ? `Tool Output: ${content}` : `User: ${content}`;
}

/** Inside `[INST]` a query needs no label; a tool's output keeps its own. */
function withoutLabel(message: Message): string {
  return message.role === "tool" ? withLabel(message) : message.content;
}

function textUnlessEmpty(text: string): PromptSegment[] {
  return text === "" ? [] : [plainText(text)];
}
