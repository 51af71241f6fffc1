import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "@bullpen/cli/stack/embedded-redis";
import { RedirectablePort } from "./redirectable-port.js";
import { redisCli } from "./redis-cli.js";
import { until } from "./until.js";

/**
 * A master and its replica behind one address that moves, as the host name of a managed Redis does: who is
 * connected stays, new connections reach the new master.
 */
export class RedisPair {
  readonly #address: RedirectablePort;
  readonly #folder: string;
  #master: EmbeddedRedis;
  #replica: EmbeddedRedis;

  static async start(): Promise<RedisPair> {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-redis-pair-"));
    const master = await startEmbeddedRedis({ folder: join(folder, "one") });
    const replica = await startEmbeddedRedis({ folder: join(folder, "two") });
    await redisCli(replica.url, "REPLICAOF", "127.0.0.1", `${master.port}`);
    const pair = new RedisPair(folder, master, replica, await RedirectablePort.open(master.port));
    await pair.#untilInStep();
    return pair;
  }

  private constructor(
    folder: string,
    master: EmbeddedRedis,
    replica: EmbeddedRedis,
    address: RedirectablePort,
  ) {
    this.#folder = folder;
    this.#master = master;
    this.#replica = replica;
    this.#address = address;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#address.port}`;
  }

  /** The servers' own addresses. */
  get masterUrl(): string {
    return this.#master.url;
  }
  get replicaUrl(): string {
    return this.#replica.url;
  }

  /**
   * The roles change; nothing that was acknowledged is lost.
   *
   * @param how `demoted`: the old master lives on as the replica, with all connections to it; `dead`: it is killed.
   * @returns how many commands the old master has refused with READONLY so far.
   */
  async failOver(how: "demoted" | "dead"): Promise<void> {
    const [old, next] = [this.#master, this.#replica];
    if (how === "demoted") {
      await redisCli(old.url, "FAILOVER", "TO", "127.0.0.1", `${next.port}`, "TIMEOUT", "10000");
    } else {
      await redisCli(old.url, "CLIENT", "PAUSE", "10000", "WRITE");
      await this.#untilInStep();
      process.kill(old.pid, "SIGKILL");
      await redisCli(next.url, "REPLICAOF", "NO", "ONE");
    }
    await until("the replica is the master", async () => /role:master/.test(await replication(next)));
    this.#address.moveTo(next.port);
    [this.#master, this.#replica] = [next, old];
  }

  /** Commands that the server which is the replica now has refused with READONLY. */
  async refusedAsReplica(): Promise<number> {
    const stats = await redisCli(this.#replica.url, "INFO", "errorstats");
    return Number(/errorstat_READONLY:count=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  async stop(): Promise<void> {
    await this.#address.close();
    await Promise.all([this.#master.stop(), this.#replica.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #untilInStep(): Promise<void> {
    await until("the replica is in step", async () => {
      const [master, replica] = await Promise.all([replication(this.#master), replication(this.#replica)]);
      const offset = /master_repl_offset:(\d+)/.exec(master)?.[1];
      return /master_link_status:up/.test(replica) && replica.includes(`slave_repl_offset:${offset}`);
    });
  }
}

function replication(server: EmbeddedRedis): Promise<string> {
  return redisCli(server.url, "INFO", "replication");
}
