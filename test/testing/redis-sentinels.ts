import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "@bullpen/base/free-port";
import { connectRedis, type Redis } from "@bullpen/redis";
import { redisCli } from "./redis-cli.js";
import {
  type FailOver,
  type RedisGroup,
  RedisNodes,
  untilFollowed,
  untilWritable,
  urlOf,
} from "./redis-group.js";
import { until } from "./until.js";

/** Each is a Sentinel, too. */
const SERVERS = ["redis-server", "valkey-server"];

const MASTER = "bullpen-master";

/** Sentinels fail over the same master again after twice this time. */
const FAILOVER_TIMEOUT_MS = 2_000;

/** Long enough to be in step and to begin; a Sentinel's word to the master waits for the end of it. */
const HOLD_MS = 4_000;

export interface SentinelsOptions {
  readonly sentinels: number;
  readonly replicas: number;
  /** How long a master is silent before a Sentinel takes it for dead: longer than this machine may be busy. */
  readonly downMs: number;
  /** Of the Sentinels, where they are to ask for one. */
  readonly password?: string;
}

/** A master with replicas, and the Sentinels that watch it. */
export class RedisSentinels implements RedisGroup {
  readonly #nodes: RedisNodes;
  readonly #sentinels: readonly Sentinel[];
  readonly connection: Redis;

  static async start({
    sentinels: count,
    replicas,
    downMs,
    password,
  }: SentinelsOptions): Promise<RedisSentinels> {
    const nodes = await RedisNodes.open();
    const sentinels: Sentinel[] = [];
    try {
      // Sentinels promote a replica before the old master hears of it. With one less it refuses writes, instead of
      // taking some that are lost when it is told.
      const strict = { "min-replicas-to-write": `${replicas}` };
      const master = await nodes.add(strict);
      for (let i = 0; i < replicas; i++) await nodes.add({ ...strict, replicaof: `127.0.0.1 ${master}` });
      await untilFollowed(master, replicas);
      const quorum = Math.floor(count / 2) + 1;
      for (let i = 0; i < count; i++) {
        const file = join(nodes.folder, `sentinel-${i}.conf`);
        sentinels.push(await startSentinel({ file, masterPort: master, quorum, downMs, password }));
      }
      return await RedisSentinels.#connect(nodes, sentinels, { replicas, ...(password && { password }) });
    } catch (error) {
      await Promise.all(sentinels.map((sentinel) => sentinel.kill()));
      await nodes.stop();
      throw error;
    }
  }

  static async #connect(
    nodes: RedisNodes,
    sentinels: readonly Sentinel[],
    { replicas, password }: Pick<SentinelsOptions, "replicas" | "password">,
  ): Promise<RedisSentinels> {
    for (const sentinel of sentinels) {
      await until("the Sentinel knows the others and the replicas", async () => {
        const facts = await sentinel.ask("SENTINEL", "MASTER", MASTER);
        return [`num-slaves\n${replicas}\n`, `num-other-sentinels\n${sentinels.length - 1}\n`].every((fact) =>
          `${facts}\n`.includes(fact),
        );
      });
    }
    const connection = await connectRedis({
      url: urlOfSentinels(sentinels),
      whenAway: "wait",
      sentinel: { password },
    });
    return new RedisSentinels(nodes, sentinels, connection);
  }

  private constructor(nodes: RedisNodes, sentinels: readonly Sentinel[], connection: Redis) {
    this.#nodes = nodes;
    this.#sentinels = sentinels;
    this.connection = connection;
  }

  get url(): string {
    return urlOfSentinels(this.#sentinels);
  }

  /** The Sentinels' own addresses. */
  get sentinelPorts(): number[] {
    return this.#sentinels.map(({ port }) => port);
  }

  async masterPort(): Promise<number> {
    const reply = await this.#ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER);
    return Number(reply.split("\n")[1]);
  }

  async failOver(how: FailOver): Promise<void> {
    const old = await this.masterPort();
    await untilFollowed(old, this.#nodes.ports.length - 1);
    await this.#nodes.holdInStep(old, HOLD_MS);
    if (how === "killed") await this.#nodes.kill(old);
    else
      await until("the Sentinel begins", async () =>
        (await this.#ask("SENTINEL", "FAILOVER", MASTER)).startsWith("OK"),
      );
    const next = await until("another server is the master", async () => {
      const port = await this.masterPort();
      const isMaster = port !== old && /role:master/.test(await redisCli(urlOf(port), "INFO", "replication"));
      return isMaster && port;
    });
    if (how === "killed") await this.#nodes.restart(old, { replicaof: `127.0.0.1 ${next}` });
    await untilWritable(next);
  }

  /** Kills a Sentinel for good. */
  async killSentinel(): Promise<void> {
    await this.#sentinels[0]?.kill();
  }

  async stop(): Promise<void> {
    this.connection.disconnect();
    await Promise.all(this.#sentinels.map((sentinel) => sentinel.kill()));
    await this.#nodes.stop();
  }

  /** Of the last Sentinel: the first ones may be dead. */
  #ask(...command: string[]): Promise<string> {
    return this.#sentinels.at(-1)?.ask(...command) ?? Promise.reject(new Error("there is no Sentinel"));
  }
}

interface Sentinel {
  readonly port: number;
  ask(...command: string[]): Promise<string>;
  kill(): Promise<void>;
}

function urlOfSentinels(sentinels: readonly Sentinel[]): string {
  return `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${MASTER}`;
}

interface SentinelSettings {
  readonly file: string;
  readonly masterPort: number;
  readonly quorum: number;
  readonly downMs: number;
  readonly password: string | undefined;
}

async function startSentinel({
  file,
  masterPort,
  quorum,
  downMs,
  password,
}: SentinelSettings): Promise<Sentinel> {
  const port = await freePort();
  await writeFile(
    file,
    [
      `port ${port}`,
      "bind 127.0.0.1",
      ...(password === undefined ? [] : [`requirepass ${password}`, `sentinel sentinel-pass ${password}`]),
      `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} ${quorum}`,
      `sentinel down-after-milliseconds ${MASTER} ${downMs}`,
      `sentinel failover-timeout ${MASTER} ${FAILOVER_TIMEOUT_MS}`,
    ].join("\n"),
  );
  const server = SERVERS.find((name) => spawnSync(name, ["--version"]).status === 0) ?? "";
  const child: ChildProcess = spawn(server, [file, "--sentinel"], { stdio: "ignore" });
  const ended = once(child, "exit");
  const login = password === undefined ? [] : ["-a", password];
  const ask = (...command: string[]) => redisCli(urlOf(port), ...login, ...command);
  await until("the Sentinel answers", async () => (await ask("PING").catch(String)) === "PONG");
  return {
    port,
    ask,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
