import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { DelayedPipe } from "./delayed-pipe.js";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Half-open for good: both ends believe in it, nothing gets through. */
  isStranded: boolean;
}

/** A proxy between one process and Redis that can cut, delay and swallow what passes. Counters prove that it did. */
export class RedisProxy {
  readonly #listener: Server;
  readonly #redisPort: number;
  readonly #pairs = new Set<Pair>();
  #refuses = false;
  #swallows = false;
  #delayMs = 0;
  connectionsCut = 0;
  connectionsStranded = 0;
  bytesDelayed = 0;
  bytesSwallowed = 0;

  static async open(redisPort: number): Promise<RedisProxy> {
    const proxy = new RedisProxy(redisPort);
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  private constructor(redisPort: number) {
    this.#redisPort = redisPort;
    this.#listener = createServer((client) => this.#accept(client));
  }

  get url(): string {
    const address = this.#listener.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return `redis://127.0.0.1:${address.port}`;
  }

  /** Connections through which bytes get. */
  get connections(): number {
    return [...this.#pairs].filter((pair) => !pair.isStranded).length;
  }

  /** Resets all connections, and new ones until {@link heal}. */
  cut(): void {
    this.#refuses = true;
    this.connectionsCut += this.#pairs.size;
    for (const pair of this.#pairs) this.#reset(pair);
  }

  delay(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  /** Connections stay open and new ones are taken, but nothing gets through until {@link heal}. */
  swallow(): void {
    this.#swallows = true;
  }

  /** Nothing gets through the open connections again; new ones are sound. */
  strand(): void {
    for (const pair of this.#pairs) pair.isStranded = true;
    this.connectionsStranded += this.#pairs.size;
  }

  /** Lets everything pass again. Connections that may have lost bytes cannot go on and are reset. */
  heal(): void {
    if (this.#swallows) for (const pair of this.#pairs) this.#reset(pair);
    this.#refuses = false;
    this.#swallows = false;
    this.#delayMs = 0;
  }

  async close(): Promise<void> {
    const closed = once(this.#listener, "close");
    this.#listener.close();
    for (const pair of this.#pairs) this.#reset(pair);
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refuses) {
      client.destroy();
      return;
    }
    const pair: Pair = { client, server: connect(this.#redisPort, "127.0.0.1"), isStranded: false };
    this.#pairs.add(pair);
    this.#connect(pair, pair.client, pair.server);
    this.#connect(pair, pair.server, pair.client);
  }

  #connect(pair: Pair, from: Socket, to: Socket): void {
    const pipe = new DelayedPipe(to);
    from.setNoDelay(true);
    from.on("error", () => {}); // its close follows
    from.once("close", () => this.#reset(pair));
    from.on("data", (bytes) => {
      if (this.#swallows || pair.isStranded) {
        this.bytesSwallowed += bytes.length;
        return;
      }
      if (this.#delayMs > 0) this.bytesDelayed += bytes.length;
      pipe.push(bytes, this.#delayMs);
    });
  }

  #reset(pair: Pair): void {
    this.#pairs.delete(pair);
    // Not `resetAndDestroy`: that waits for what a frozen peer never reads.
    pair.client.destroy();
    pair.server.destroy();
  }
}
