import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedRedis, startEmbeddedRedis } from "@bullpen/cli/stack/embedded-redis";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { redisCli } from "./redis-cli.js";
import { until } from "./until.js";

/** How a master gives its role away. Nothing that it has acknowledged is lost in either case. */
export type FailOver = "killed" | "handed over";

/** Several servers, of which one is the master at a time: that of our keys. */
export interface RedisGroup {
  /** A value of REDIS_URL that names no single one of them. */
  readonly url: string;
  readonly connection: Redis;
  /** The master's port, as those say who decide it. */
  masterPort(): Promise<number>;
  /** Resolves when another server is the master and takes writes. A killed one is started again as its replica. */
  failOver(how: FailOver): Promise<void>;
  stop(): Promise<void>;
}

/** Servers in folders of their own, each with a port that it keeps. */
export class RedisNodes {
  readonly folder: string;
  readonly #nodes = new Map<number, { server: EmbeddedRedis; folder: string; settings: Settings }>();

  static async open(): Promise<RedisNodes> {
    return new RedisNodes(await mkdtemp(join(tmpdir(), "bullpen-redis-group-")));
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  get ports(): number[] {
    return [...this.#nodes.keys()];
  }

  /** @returns its port. */
  async add(settings: Settings = {}): Promise<number> {
    const folder = join(this.folder, `node-${this.#nodes.size}`);
    const server = await startEmbeddedRedis({ folder, settings: { ...QUICK, ...settings } });
    this.#nodes.set(server.port, { server, folder, settings });
    return server.port;
  }

  /** Kills it as a power cut would. */
  async kill(port: number): Promise<void> {
    const { server } = this.#of(port);
    process.kill(server.pid, "SIGKILL");
    await server.stop();
  }

  async restart(port: number, more: Settings = {}): Promise<void> {
    const { folder, settings } = this.#of(port);
    const server = await startEmbeddedRedis({ folder, port, settings: { ...QUICK, ...settings, ...more } });
    this.#nodes.set(port, { server, folder, settings });
  }

  /** The master takes no more writes for a while; resolves when its replicas have all that it acknowledged. */
  async holdInStep(port: number, holdMs: number): Promise<void> {
    await redisCli(urlOf(port), "CLIENT", "PAUSE", `${holdMs}`, "WRITE");
    await untilInStep(port);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(({ server }) => server.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  #of(port: number) {
    const node = this.#nodes.get(port);
    if (!node) throw new Error(`no server on port ${port}`);
    return node;
  }
}

type Settings = Readonly<Record<string, string>>;

/** A replica that is added gets its data at once, and tells every second how far it is, as by default. */
const QUICK: Settings = { "repl-diskless-sync-delay": "0" };

export function urlOf(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

/** A master has this many replicas that follow it. */
export async function untilFollowed(port: number, replicas: number): Promise<void> {
  await until(`${port} has its replicas`, async () => (await replicasOf(port)).length >= replicas);
}

/** A server takes writes of our keys: the end of a fail-over. */
export async function untilWritable(port: number): Promise<void> {
  await until(`${port} takes writes`, async () =>
    /^\d+$/.test(await redisCli(urlOf(port), "DEL", `${KEY_PREFIX}:writable`)),
  );
}

/** Every replica of a master has all that it has written: it must take no writes meanwhile. */
async function untilInStep(port: number): Promise<void> {
  await until(`the replicas of ${port} are in step`, async () => {
    const offset = /master_repl_offset:(\d+)/.exec(await replication(port))?.[1];
    const replicas = await replicasOf(port);
    return replicas.length > 0 && replicas.every((line) => line.includes(`offset=${offset},`));
  });
}

async function replicasOf(port: number): Promise<string[]> {
  return (await replication(port)).match(/^slave\d+:.*state=online.*$/gm) ?? [];
}

function replication(port: number): Promise<string> {
  return redisCli(urlOf(port), "INFO", "replication");
}
