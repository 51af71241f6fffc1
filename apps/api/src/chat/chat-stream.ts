import type { ChatCompletion, ChatFailure } from "@bullpen/agent";
import type { Response } from "express";

/** So that no proxy takes a query that is being worked on for a dead connection. */
const KEEP_ALIVE_MS = 15_000;

/** A chat completion as server-sent events, in the form of OpenAI's streams. */
export class ChatStream {
  readonly #response: Response;
  readonly #head: { id: string; object: "chat.completion.chunk"; created: number; model: string };
  readonly #keepAlive: NodeJS.Timeout;

  constructor(response: Response, head: { id: string; created: number; model: string }) {
    this.#response = response;
    this.#head = { ...head, object: "chat.completion.chunk" };
    this.#keepAlive = setInterval(() => response.write(": still at work\n\n"), KEEP_ALIVE_MS);
  }

  open(): void {
    this.#response.set({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    this.#send({ choices: [choice({ role: "assistant", content: "", refusal: null })] });
  }

  finish(completion: ChatCompletion, includeUsage: boolean): void {
    const { message, finish_reason } = completion.choices[0];
    this.#send({ choices: [choice({ content: message.content })] });
    this.#send({ choices: [choice({}, finish_reason)], bullpen: completion.bullpen });
    if (includeUsage) this.#send({ choices: [], usage: completion.usage });
    this.#response.write("data: [DONE]\n\n");
  }

  /** The clients raise the error that comes in place of a chunk. */
  fail(body: ChatFailure["body"]): void {
    this.#response.write(`data: ${JSON.stringify(body)}\n\n`);
  }

  close(): void {
    clearInterval(this.#keepAlive);
    this.#response.end();
  }

  #send(chunk: object): void {
    this.#response.write(`data: ${JSON.stringify({ ...this.#head, ...chunk })}\n\n`);
  }
}

function choice(delta: object, finishReason: "stop" | null = null): object {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason };
}
