import type { ToolDefinition } from "@bullpen/contracts";
import {
  ApiError,
  itemIdOf,
  type OutputItem,
  type ResponseEvent,
  type ResponseQuery,
  toOutputItems,
  toResponse,
} from "@bullpen/protocol";
import type { AnswerPiece } from "@bullpen/queue";
import { addedItem, type ItemEvent, itemBegins, itemEnds } from "./item-events.js";
import { chunkEnd } from "./text-chunks.js";

/** Rare: a worker died in the middle of the answer, and the next worker's answer differs. */
const STARTED_AGAIN = new ApiError(
  "answer_begun_anew",
  "The answer was started again after part of it had been sent. Send the request again.",
);

const LAST = { completed: "response.completed", incomplete: "response.incomplete" } as const;

type Unnumbered<Event> = Event extends ResponseEvent ? Omit<Event, "sequence_number"> : never;

/**
 * The events of a response while its query goes on, in OpenAI's order. They and their numbers follow from the query alone,
 * so that a stream that broke off is continued by any process.
 */
export class ResponseEvents {
  readonly #emit: (event: ResponseEvent) => void;
  readonly #toolOf: (name: string) => ToolDefinition | undefined;
  #sequence = 0;
  /** The place of the item that comes next, and whether it has been added already. */
  #place = 0;
  #isAdded = false;
  /** The answer so far, and how much of it has been sent. */
  #text = "";
  #sent = 0;
  /** The id of the answer's item, once it has been added. */
  #messageId: string | undefined;

  constructor(options: {
    readonly emit: (event: ResponseEvent) => void;
    readonly toolOf: (name: string) => ToolDefinition | undefined;
  }) {
    this.#emit = options.emit;
    this.#toolOf = options.toolOf;
  }

  get hasBegun(): boolean {
    return this.#sequence > 0;
  }

  begin(query: ResponseQuery): void {
    const fresh = { transcript: { steps: [], end: undefined }, outcome: undefined, finishedAt: undefined };
    const response = { ...toResponse({ ...query, ...fresh, status: "queued" }, this.#toolOf), output: [] };
    this.#send({ type: "response.created", response });
    if (response.status === "queued") this.#send({ type: "response.queued", response });
    this.#send({ type: "response.in_progress", response: { ...response, status: "in_progress" } });
  }

  /** Takes a piece of the answer. Returns whether it cannot be sent before {@link answering} tells its place. */
  add({ piece, offset }: AnswerPiece): boolean {
    if (offset !== this.#text.length) return false;
    this.#text += piece;
    if (this.#messageId !== undefined) this.#sendText();
    return this.#messageId === undefined;
  }

  /** Sends the calls that a query has made up to now. */
  advance(query: ResponseQuery): void {
    const items = toOutputItems({ ...query, outcome: undefined }, this.#toolOf);
    while (this.#place < items.length && this.#advanceItem(items[this.#place])) this.#place++;
  }

  /** As {@link advance}, of a query that was read after the first piece of its answer: the answer is the next turn. */
  answering(query: ResponseQuery): void {
    this.advance(query);
    if (this.#isAdded || this.#messageId !== undefined || query.outcome || this.#text === "") return;
    this.#messageId = itemIdOf("message", query.id, query.transcript.steps.length);
    this.#openMessage(this.#messageId);
    this.#sendText();
  }

  /** Sends what is left of a query that has ended. */
  end(query: ResponseQuery): void {
    const items = toOutputItems(query, this.#toolOf);
    for (const item of items.slice(this.#place)) {
      if (item.type === "message" ? !this.#endMessage(item) : this.#messageId !== undefined) {
        this.#fail();
        return;
      }
      if (item.type !== "message") this.#advanceItem(item);
      this.#place++;
    }
    const response = toResponse(query, this.#toolOf);
    const { status } = response;
    this.#send({
      type: status === "completed" || status === "incomplete" ? LAST[status] : "response.failed",
      response,
    });
  }

  #fail(): void {
    const { code, message } = STARTED_AGAIN.toBody().error;
    this.#send({ type: "error", code, message, param: null });
  }

  /** Returns whether the item is done. */
  #advanceItem(item: OutputItem | undefined): boolean {
    if (!item) return false;
    const at = { output_index: this.#place, item_id: item.id };
    const sendAll = (events: readonly ItemEvent[]) => {
      for (const event of events) this.#send({ ...at, ...event });
    };
    if (!this.#isAdded) {
      this.#isAdded = true;
      this.#send({ type: "response.output_item.added", output_index: this.#place, item: addedItem(item) });
      sendAll(itemBegins(item));
    }
    if ("status" in item && item.status === "in_progress") return false;
    sendAll(itemEnds(item));
    this.#send({ type: "response.output_item.done", output_index: this.#place, item });
    this.#isAdded = false;
    return true;
  }

  #openMessage(id: string): void {
    const at = { output_index: this.#place };
    const item = { id, type: "message", status: "in_progress", role: "assistant", content: [] } as const;
    this.#send({ type: "response.output_item.added", ...at, item: { ...item, content: [] } });
    this.#send({
      type: "response.content_part.added",
      ...at,
      item_id: id,
      content_index: 0,
      part: textPart(""),
    });
  }

  /** Returns whether what was sent of the answer is its beginning. */
  #endMessage(item: Extract<OutputItem, { type: "message" }>): boolean {
    const text = item.content.map((part) => part.text).join("");
    if (this.#messageId === undefined) this.#openMessage(item.id);
    else if (this.#messageId !== item.id || !text.startsWith(this.#text.slice(0, this.#sent))) return false;
    this.#messageId = item.id;
    this.#text = text;
    this.#sendText();
    if (this.#sent < text.length) this.#sendDelta(text.length);
    const at = { output_index: this.#place, item_id: item.id, content_index: 0 } as const;
    this.#send({ type: "response.output_text.done", ...at, text, logprobs: [] });
    this.#send({ type: "response.content_part.done", ...at, part: textPart(text) });
    this.#send({ type: "response.output_item.done", output_index: this.#place, item });
    return true;
  }

  #sendText(): void {
    for (let end = this.#nextEnd(); end !== undefined; end = this.#nextEnd()) this.#sendDelta(end);
  }

  #nextEnd(): number | undefined {
    return chunkEnd(this.#text, this.#sent);
  }

  #sendDelta(end: number): void {
    const at = { output_index: this.#place, item_id: this.#messageId ?? "", content_index: 0 } as const;
    const delta = this.#text.slice(this.#sent, end);
    this.#sent = end;
    this.#send({ type: "response.output_text.delta", ...at, delta, logprobs: [] });
  }

  #send(event: Unnumbered<ResponseEvent>): void {
    // A cast: the number completes the event.
    this.#emit({ ...event, sequence_number: this.#sequence++ } as ResponseEvent);
  }
}

function textPart(text: string) {
  return { type: "output_text" as const, text, annotations: [], logprobs: [] };
}
