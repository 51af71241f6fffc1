import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A port that leads to another one, and from some moment on to yet another: what a name in the DNS does. */
export class RedirectablePort {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #target: number;

  static async open(target: number): Promise<RedirectablePort> {
    const address = new RedirectablePort(target);
    address.#listener.listen(0, "127.0.0.1");
    await once(address.#listener, "listening");
    return address;
  }

  private constructor(target: number) {
    this.#target = target;
    this.#listener = createServer((client) => this.#lead(client));
  }

  get port(): number {
    // A cast: a server that listens on a port has an address of this form.
    return (this.#listener.address() as AddressInfo).port;
  }

  /** From now on new connections lead there. Open ones stay. */
  moveTo(target: number): void {
    this.#target = target;
  }

  async close(): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #lead(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1");
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on("error", () => {}); // its close follows
      from.once("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
