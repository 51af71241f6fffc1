import { freePort } from "@bullpen/base/free-port";
import { connectRedis, type Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
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

const SLOTS = 16_384;

/** How long a node is silent before the others take it for dead. */
const DOWN_MS = "1500";

/** A Redis Cluster: masters that share the slots, and replicas that follow them in turn. */
export class RedisCluster implements RedisGroup {
  readonly #nodes: RedisNodes;
  readonly connection: Redis;

  static async start({ masters = 3, replicas = 3 } = {}): Promise<RedisCluster> {
    const nodes = await RedisNodes.open();
    try {
      for (let i = 0; i < masters + replicas; i++) await addNode(nodes);
      await join(nodes.ports);
      await shareSlots(nodes.ports, masters);
      for (const port of nodes.ports) {
        await until("the cluster is up", async () =>
          (await redisCli(urlOf(port), "CLUSTER", "INFO")).includes("cluster_state:ok"),
        );
      }
      const connection = await connectRedis({ url: urlOfNodes(nodes.ports), whenAway: "wait" });
      return new RedisCluster(nodes, connection);
    } catch (error) {
      await nodes.stop();
      throw error;
    }
  }

  private constructor(nodes: RedisNodes, connection: Redis) {
    this.#nodes = nodes;
    this.connection = connection;
  }

  get url(): string {
    return urlOfNodes(this.#nodes.ports);
  }

  /** A node that is up, by itself: it may hold our keys or not. */
  get nodeUrls(): string[] {
    return this.#nodes.ports.map(urlOf);
  }

  async masterPort(): Promise<number> {
    const [master] = await this.#shard();
    return master;
  }

  async failOver(how: FailOver): Promise<void> {
    const [old, replicas] = await until("the master has a replica", async () => {
      const shard = await this.#shard();
      return shard[1].length > 0 && shard;
    });
    await untilFollowed(old, 1);
    if (how === "killed") {
      await this.#nodes.holdInStep(old, 10_000);
      await this.#nodes.kill(old);
    } else await redisCli(urlOf(replicas[0] ?? 0), "CLUSTER", "FAILOVER");
    const asked = replicas[0] ?? 0;
    await until("the replica is the master", async () =>
      /role:master/.test(await redisCli(urlOf(asked), "INFO", "replication")),
    );
    await untilWritable(asked);
    if (how === "killed") await this.#nodes.restart(old);
  }

  async stop(): Promise<void> {
    this.connection.disconnect();
    await this.#nodes.stop();
  }

  /** The master of our slot, and its replicas that are up; asked of any node that answers. */
  async #shard(): Promise<[number, number[]]> {
    for (const port of this.#nodes.ports) {
      const slot = Number(await redisCli(urlOf(port), "CLUSTER", "KEYSLOT", KEY_PREFIX).catch(() => ""));
      const nodes = await redisCli(urlOf(port), "CLUSTER", "NODES").catch(() => "");
      const lines = nodes.split("\n").map((line) => line.split(" "));
      const master = lines.find(
        ([, , flags = "", , , , , , ...ranges]) =>
          flags.includes("master") && !flags.includes("fail") && ranges.some((range) => holds(range, slot)),
      );
      if (!master) continue;
      const replicas = lines.filter(
        ([, , flags = "", of, , , , link]) =>
          of === master[0] && !flags.includes("fail") && link === "connected",
      );
      return [portOf(master), replicas.map(portOf)];
    }
    throw new Error("no node knows a master");
  }
}

function holds(range: string, slot: number): boolean {
  const [from = "", to = from] = range.split("-");
  return Number(from) <= slot && slot <= Number(to);
}

function portOf([, address = ""]: readonly string[]): number {
  return Number(/:(\d+)@/.exec(address)?.[1]);
}

function urlOfNodes(ports: readonly number[]): string {
  return `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(",")}`;
}

/** The port of the cluster's bus is by default 10,000 above the server's, where there may be none. */
async function addNode(nodes: RedisNodes): Promise<number> {
  return nodes.add({
    "cluster-enabled": "yes",
    "cluster-port": `${await freePort()}`,
    "cluster-node-timeout": DOWN_MS,
  });
}

async function busOf(port: number): Promise<string> {
  const [, bus = ""] = (await redisCli(urlOf(port), "CONFIG", "GET", "cluster-port")).split("\n");
  return bus;
}

async function join([first = 0, ...others]: readonly number[]): Promise<void> {
  for (const port of others)
    await redisCli(urlOf(first), "CLUSTER", "MEET", "127.0.0.1", `${port}`, await busOf(port));
  for (const port of [first, ...others]) {
    await until("the nodes know each other", async () => {
      const info = await redisCli(urlOf(port), "CLUSTER", "INFO");
      return info.includes(`cluster_known_nodes:${others.length + 1}`);
    });
  }
}

/** The first nodes become masters of equal parts. The others follow them in turn, beginning with that of our keys. */
async function shareSlots(ports: readonly number[], masters: number): Promise<void> {
  const slot = Number(await redisCli(urlOf(ports[0] ?? 0), "CLUSTER", "KEYSLOT", KEY_PREFIX));
  const ours = Math.floor((slot * masters) / SLOTS);
  for (const [i, port] of ports.slice(0, masters).entries()) {
    const [from, to] = [Math.floor((SLOTS * i) / masters), Math.floor((SLOTS * (i + 1)) / masters) - 1];
    await redisCli(urlOf(port), "CLUSTER", "ADDSLOTSRANGE", `${from}`, `${to}`);
  }
  for (const [i, port] of ports.slice(masters).entries()) {
    const id = await redisCli(urlOf(ports[(ours + i) % masters] ?? 0), "CLUSTER", "MYID");
    await until("it follows its master", async () =>
      (await redisCli(urlOf(port), "CLUSTER", "REPLICATE", id)).startsWith("OK"),
    );
  }
}
