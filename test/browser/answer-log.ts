import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/** A request that a server of this process has answered. */
export interface Answered {
  readonly method: string;
  /** Of the server, such as `http://127.0.0.1:3000`, whatever name the request gave it. */
  readonly server: string;
  readonly path: string;
  readonly status: number;
}

const FINISHED = "http.server.response.finish";

/** Notes all requests that servers of this process answer, until it is stopped. */
export class AnswerLog {
  readonly answered: Answered[] = [];
  readonly #note = (message: unknown) => {
    // A cast: Node documents the channel's messages so.
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const { method = "", url = "", socket } = request;
    this.answered.push({
      method,
      server: `http://${socket.localAddress}:${socket.localPort}`,
      path: url,
      status: response.statusCode,
    });
  };

  constructor() {
    subscribe(FINISHED, this.#note);
  }

  stop(): void {
    unsubscribe(FINISHED, this.#note);
  }
}
