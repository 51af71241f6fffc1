import type { FinishReason } from "@bullpen/contracts";
import type { AgentTrace, ChatUsage } from "@bullpen/protocol";
import { streamChat } from "./chat-stream.js";
import type { CreateOptions, Transport } from "./http/transport.js";
import type { ChatParameters } from "./wire.js";

/** What happens while an answer is written. */
export type AnswerEvent =
  | { readonly type: "text"; readonly text: string }
  | {
      /** The last event. */
      readonly type: "end";
      /** `length`: the answer was cut off, by a limit of tokens or by the context. */
      readonly finishReason: FinishReason;
      readonly trace: AgentTrace | null;
      readonly usage: ChatUsage | null;
    };

/** The answer of a chat request, piece by piece. */
export async function* streamAnswer(
  transport: Transport,
  parameters: ChatParameters,
  options: CreateOptions,
): AsyncGenerator<AnswerEvent, void> {
  let finishReason: FinishReason = "stop";
  let trace: AgentTrace | null = null;
  let usage: ChatUsage | null = null;
  for await (const chunk of streamChat(transport, parameters, options)) {
    const [choice] = chunk.choices;
    if (choice?.delta.content) yield { type: "text", text: choice.delta.content };
    finishReason = choice?.finish_reason ?? finishReason;
    trace = chunk.bullpen ?? trace;
    usage = chunk.usage ?? usage;
  }
  yield { type: "end", finishReason, trace, usage };
}
