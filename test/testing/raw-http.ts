import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What came back over a connection on which bytes were sent as they are. */
export interface RawReply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A connection that sends what HTTP clients do not, and reads one answer even while it is still sending. */
export class RawConnection {
  readonly socket: Socket;
  #text = "";

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {}); // a connection that is reset tells so by what it has received
    socket.on("data", (part: Buffer) => {
      this.#text += part.toString("latin1");
    });
  }

  get closed(): boolean {
    return this.socket.destroyed;
  }

  send(head: readonly string[], body: string | Uint8Array = ""): this {
    this.socket.write(`${head.join("\r\n")}\r\n\r\n`);
    this.socket.write(body);
    return this;
  }

  /** The first answer, once it is whole; `undefined` when the connection ended before. */
  async reply(): Promise<RawReply | undefined> {
    for (;;) {
      const reply = this.#parse();
      if (reply || this.socket.destroyed) return reply;
      await Promise.race([once(this.socket, "data"), once(this.socket, "close")]);
    }
  }

  #parse(): RawReply | undefined {
    const end = this.#text.indexOf("\r\n\r\n");
    if (end === -1) return undefined;
    const head = this.#text.slice(0, end);
    const body = this.#text.slice(end + 4);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const status = Number(head.split(" ")[1]);
    return body.length >= length ? { status, head, body: body.slice(0, length) } : undefined;
  }
}
