import { jsonLine } from "@bullpen/contracts";
import type { Response } from "express";

/** Shorter than the idle limit of common proxies, which would close the connection of an active query. */
const KEEP_ALIVE_MS = 15_000;

/** Headers of a response that is server-sent events. Proxies are not to collect them. */
export const EVENT_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
} as const;

/** A response as server-sent events, with comments while there are none. */
export class ServerSentEvents {
  readonly #response: Response;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(response: Response) {
    this.#response = response;
  }

  open(): void {
    this.#keepAlive = setInterval(() => this.#response.write(": still at work\n\n"), KEEP_ALIVE_MS);
    this.#response.set(EVENT_HEADERS);
    this.#response.flushHeaders();
  }

  /** @param type default: the event has none. */
  send(data: object, type?: string): void {
    this.#response.write(`${type === undefined ? "" : `event: ${type}\n`}data: ${jsonLine(data)}\n\n`);
  }

  /** What tells clients of chats that all has come. */
  sendDone(): void {
    this.#response.write("data: [DONE]\n\n");
  }

  /** Ends the response, if it was begun. */
  close(): void {
    clearInterval(this.#keepAlive);
    if (this.#response.headersSent) this.#response.end();
  }
}
