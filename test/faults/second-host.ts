import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Addresses of a network of two hosts, of a range that is kept for documentation and so for nobody. */
const [HERE, THERE] = ["198.51.100.1", "198.51.100.2"];

/**
 * A second host: a network namespace with an address of its own, that reaches this one over a cable and nothing else. It
 * needs Linux, iproute2 and the right to make network devices (root).
 */
export class SecondHost {
  readonly #name: string;

  static async open(): Promise<SecondHost> {
    const host = new SecondHost(`bp${process.pid}`);
    try {
      await host.#connect();
    } catch (error) {
      await host.close();
      throw error;
    }
    return host;
  }

  private constructor(name: string) {
    this.#name = name;
  }

  /** By which address it reaches this host. */
  get addressOfThis(): string {
    return HERE;
  }

  /** What a command begins with that runs there. */
  get prefix(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Pulls the cable: what is sent is lost, and no connection is told. */
  async cut(): Promise<void> {
    await ip("link", "set", this.#here, "down");
  }

  async heal(): Promise<void> {
    await ip("link", "set", this.#here, "up");
  }

  /** The cable carries this much in either direction. */
  async slowDown(kilobitsPerSecond: number): Promise<void> {
    const shape = ["root", "tbf", "rate", `${kilobitsPerSecond}kbit`, "burst", "16kb", "latency", "500ms"];
    await run("tc", ["qdisc", "replace", "dev", this.#here, ...shape]);
    await run("ip", ["netns", "exec", this.#name, "tc", "qdisc", "replace", "dev", this.#there, ...shape]);
  }

  async close(): Promise<void> {
    // Removing one end of the cable removes the other; what was never made is no error.
    await ip("link", "delete", this.#here).catch(() => {});
    await ip("netns", "delete", this.#name).catch(() => {});
  }

  get #here(): string {
    return `${this.#name}a`;
  }

  get #there(): string {
    return `${this.#name}b`;
  }

  async #connect(): Promise<void> {
    const inside = (...args: string[]) => ip("-n", this.#name, ...args);
    await ip("netns", "add", this.#name);
    await ip("link", "add", this.#here, "type", "veth", "peer", "name", this.#there);
    await ip("link", "set", this.#there, "netns", this.#name);
    await ip("address", "add", `${HERE}/30`, "dev", this.#here);
    await ip("link", "set", this.#here, "up");
    await inside("address", "add", `${THERE}/30`, "dev", this.#there);
    await inside("link", "set", this.#there, "up");
    await inside("link", "set", "lo", "up");
  }
}

async function ip(...args: string[]): Promise<void> {
  await run("ip", args);
}
