import type { ChatCompletionChunk } from "@bullpen/protocol";
import { RequestRefusedError, ServiceUnavailableError } from "./errors.js";
import { parseError } from "./http/read-error.js";
import { eventData } from "./http/server-sent-events.js";
import type { CreateOptions, Transport } from "./http/transport.js";
import type { ChatParameters } from "./wire.js";

/** What the API sends after the last chunk. */
const DONE = "[DONE]";

/**
 * The chunks of a chat completion as they come. A stream that breaks off is not asked for again: its beginning is
 * with the caller already.
 */
export async function* streamChat(
  transport: Transport,
  parameters: ChatParameters,
  options: CreateOptions,
): AsyncGenerator<ChatCompletionChunk, void> {
  const json = { ...parameters, stream: true, stream_options: { include_usage: true } };
  const response = await transport.open({ method: "POST", path: "/v1/chat/completions", json, ...options });
  for await (const data of eventData(response.body)) {
    if (data === DONE) return;
    const error = parseError(data);
    if (error) {
      const requestId = response.headers.get("x-request-id");
      throw new RequestRefusedError(`The query gave no answer: ${error.message} (${error.code})`, {
        ...error,
        status: response.status,
        requestId,
      });
    }
    yield JSON.parse(data) as ChatCompletionChunk; // the protocol's type of an event that is no error
  }
  throw new ServiceUnavailableError("The answer broke off before its end. Ask again.");
}
