import { jsonLine } from "@bullpen/contracts";
import type { ResponseEvent } from "@bullpen/protocol";
import type { Response } from "express";

/** Shorter than the idle limit of common proxies, which would close the connection of an active query. */
const KEEP_ALIVE_MS = 15_000;

/** Events of a response as server-sent events, each under its type. */
export class EventStream {
  readonly #response: Response;
  readonly #after: number;
  #keepAlive: NodeJS.Timeout | undefined;

  /** @param after the number of the last event that the client has. Default: it has none. */
  constructor(response: Response, after = -1) {
    this.#response = response;
    this.#after = after;
  }

  open(): void {
    this.#keepAlive = setInterval(() => this.#response.write(": still at work\n\n"), KEEP_ALIVE_MS);
    this.#response.set({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    this.#response.flushHeaders();
  }

  send(event: ResponseEvent): void {
    if (event.sequence_number <= this.#after) return;
    this.#response.write(`event: ${event.type}\ndata: ${jsonLine(event)}\n\n`);
  }

  /** Ends the response, if it was begun. */
  close(): void {
    clearInterval(this.#keepAlive);
    if (this.#response.headersSent) this.#response.end();
  }
}
