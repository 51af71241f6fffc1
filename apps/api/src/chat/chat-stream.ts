import type { FinishReason, ServiceTier } from "@bullpen/contracts";
import { ApiError, type ChatCompletion, type ChatFailure, type ErrorBody } from "@bullpen/protocol";
import type { AnswerPiece } from "@bullpen/queue";
import type { Response } from "express";
import { ServerSentEvents } from "../http/server-sent-events.js";

/** Rare: a worker died in the middle of the answer, and the next worker's answer differs. */
const STARTED_AGAIN = new ApiError(
  "answer_begun_anew",
  "The answer was started again after part of it had been sent. Send the request again.",
).toBody();

/** What each chunk says of its completion. */
interface ChunkHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly service_tier?: ServiceTier;
}

/** A chat completion as server-sent events, in the form of OpenAI's streams. */
export class ChatStream {
  readonly #events: ServerSentEvents;
  readonly #head: ChunkHead & { readonly object: "chat.completion.chunk" };
  /** The part of the answer that the client has. */
  #sent = "";

  constructor(response: Response, head: ChunkHead) {
    this.#events = new ServerSentEvents(response);
    this.#head = { ...head, object: "chat.completion.chunk" };
  }

  open(): void {
    this.#events.open();
    this.#send({ choices: [choice({ role: "assistant", content: "", refusal: null })] });
  }

  /** Sends a piece of the answer if it follows the part that was sent. */
  add({ piece, offset }: AnswerPiece): void {
    if (offset !== this.#sent.length) return;
    this.#sent += piece;
    this.#send({ choices: [choice({ content: piece })] });
  }

  finish(completion: ChatCompletion, includeUsage: boolean): void {
    const [first, ...others] = completion.choices;
    if (!(first.message.content ?? "").startsWith(this.#sent)) {
      this.fail(STARTED_AGAIN);
      return;
    }
    const last = others.at(-1) ?? first;
    for (const each of completion.choices) {
      this.#finishChoice(each, each === first ? this.#sent.length : 0);
      const trace = each === last ? { bullpen: completion.bullpen } : {};
      this.#send({
        choices: [
          choice({}, { finishReason: each.finish_reason, index: each.index, logprobs: each.logprobs }),
        ],
        ...trace,
      });
    }
    if (includeUsage) this.#send({ choices: [], usage: completion.usage });
    this.#events.sendDone();
  }

  /** @param sent characters of the answer that the client has. */
  #finishChoice({ message, index: at }: ChatCompletion["choices"][number], sent: number): void {
    const send = (delta: object) => this.#send({ choices: [choice(delta, { index: at })] });
    if (at > 0) send({ role: "assistant", content: "", refusal: null });
    const rest = (message.content ?? "").slice(sent);
    if (rest !== "") send({ content: rest });
    for (const [index, call] of (message.tool_calls ?? []).entries()) {
      const { name, arguments: args } = call.function;
      send({ tool_calls: [{ index, id: call.id, type: call.type, function: { name, arguments: "" } }] });
      send({ tool_calls: [{ index, function: { arguments: args } }] });
    }
  }

  /** Sends an error in place of a chunk. Clients raise it. */
  fail(body: ChatFailure["body"] | ErrorBody): void {
    this.#events.send(body);
  }

  /** Ends the response, if it was begun. */
  close(): void {
    this.#events.close();
  }

  #send(chunk: object): void {
    this.#events.send({ ...this.#head, ...chunk });
  }
}

interface ChoiceHead {
  readonly index?: number;
  readonly finishReason?: FinishReason;
  readonly logprobs?: ChatCompletion["choices"][number]["logprobs"];
}

function choice(delta: object, { index = 0, finishReason, logprobs = null }: ChoiceHead = {}): object {
  return { index, delta, logprobs, finish_reason: finishReason ?? null };
}
