import type { ChatCompletion, ChatCompletionChunk } from "@bullpen/protocol";
import { streamChat } from "./chat-stream.js";
import { isObject } from "./http/check-answer.js";
import type { CreateOptions, Transport } from "./http/transport.js";
import type { ChatParameters } from "./wire.js";

/** Conversations, in the form of the OpenAI API: `/v1/chat/completions`. */
export class Chat {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Runs the agent on a conversation and waits for its answer. @throws {BullpenError} also without an answer. */
  async complete(parameters: ChatParameters, options: CreateOptions = {}): Promise<ChatCompletion> {
    const request = { method: "POST", path: "/v1/chat/completions", json: parameters, ...options } as const;
    return this.#transport.json(request, isObject("chat.completion"));
  }

  /** The same, piece by piece. Leaving the loop early cancels the query. */
  stream(parameters: ChatParameters, options: CreateOptions = {}): AsyncGenerator<ChatCompletionChunk, void> {
    return streamChat(this.#transport, parameters, options);
  }
}
