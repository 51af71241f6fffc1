import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestRedis } from "../../testing/redis.js";
import { until } from "../../testing/until.js";
import { now } from "../history.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";

/** With `appendfsync everysec` Redis may hold back its writes this long while the disk is busy. */
const EVERYSEC_LOSS_MS = 2_000;

/** How the log says that the next of the fresh jobs is taken. */
const TAKEN = /ZPOPMIN\r\n\$\d+\r\n\S*:agent\.\S*:prioritized\r\n/g;

/** SIGKILL of Redis, and a restart on its AOF after `awayMs`. */
export function crashRedis(redis: TestRedis, awayMs: number): Promise<InjectedFault> {
  let diedAt = 0;
  return injectFault(
    "Redis SIGKILL",
    "redis",
    async () => {
      const before = await processId(redis);
      await redis.kill();
      diedAt = now();
      await sleep(awayMs);
      await redis.restart();
      return `${proveNewProcess(before, await processId(redis))} on its AOF`;
    },
    () => diedAt - EVERYSEC_LOSS_MS,
  );
}

/** Redis dies with everything on its disk. */
export function wipeRedis(redis: TestRedis): Promise<InjectedFault> {
  return injectFault(
    "Redis wiped",
    "redis",
    async () => {
      const before = await processId(redis);
      const folder = await aofFolder(redis);
      const keys = await redis.connection.dbsize();
      await redis.kill();
      rmSync(folder, { recursive: true });
      await redis.restart();
      const proof = proveNewProcess(before, await processId(redis));
      if (keys === 0) throw new FaultDidNotOccurError("Redis was empty before");
      return `${proof}, ${keys} keys gone`;
    },
    () => 0,
  );
}

/** Knows how long the AOF was at which time, so that a cut tells from when on writes are lost. */
export class AofCutter {
  readonly #redis: TestRedis;
  readonly #timer: NodeJS.Timeout;
  #file = "";
  #sizes: { at: number; bytes: number }[] = [];

  static async open(redis: TestRedis): Promise<AofCutter> {
    return new AofCutter(redis, await aofFolder(redis));
  }

  private constructor(redis: TestRedis, folder: string) {
    this.#redis = redis;
    this.#timer = setInterval(() => this.#sample(folder), 50);
  }

  /** SIGKILL of Redis, its last `milliseconds` of writes cut from the AOF in the middle of a command, restart. */
  cut(milliseconds: number): Promise<InjectedFault> {
    return this.#cutTo("AOF tail cut", () => {
      const sample = this.#sizes.findLast(({ at }) => at <= now() - milliseconds);
      return (sample?.bytes ?? 0) - 7; // 7 bytes more: a command is cut in two
    });
  }

  /**
   * SIGKILL of Redis, its AOF cut in the middle of a command of the last transaction in which a worker took a
   * fresh job, restart. Redis takes the transaction back, and carries out its beginning at the next start.
   */
  tear(): Promise<InjectedFault> {
    return this.#cutTo("AOF torn", () => {
      const log = readFileSync(this.#file, "latin1");
      const taken = [...log.matchAll(TAKEN)].at(-1)?.index;
      return taken === undefined ? 0 : log.indexOf("XADD", taken) + 2;
    });
  }

  /** @param lengthKept called while Redis is dead. */
  #cutTo(kind: string, lengthKept: () => number): Promise<InjectedFault> {
    let lossFrom = 0;
    return injectFault(
      kind,
      "redis",
      async () => {
        const before = await processId(this.#redis);
        await this.#redis.kill();
        const length = statSync(this.#file).size;
        const keep = Math.max(0, lengthKept());
        if (keep === 0 || keep >= length) throw new FaultDidNotOccurError("nothing to cut from the AOF");
        truncateSync(this.#file, keep);
        // What was cut may have been acknowledged before the file was seen that long.
        lossFrom = (this.#sizes.findLast(({ bytes }) => bytes < keep)?.at ?? 0) - EVERYSEC_LOSS_MS;
        await this.#redis.restart();
        const proof = proveNewProcess(before, await processId(this.#redis));
        return `${proof}, ${length - keep} of ${length} AOF bytes cut`;
      },
      () => lossFrom,
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sample(folder: string): void {
    const name = incrementalFile(folder);
    if (!name) return;
    const file = join(folder, name);
    if (file !== this.#file) this.#sizes = [];
    this.#file = file;
    this.#sizes.push({ at: now(), bytes: statSync(file).size });
  }
}

function incrementalFile(folder: string): string | undefined {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".incr.aof"))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
}

async function aofFolder({ connection }: TestRedis): Promise<string> {
  // ioredis types CONFIG's reply as unknown; it is a list of name and value.
  const [, folder] = (await connection.config("GET", "dir")) as string[];
  const [, name] = (await connection.config("GET", "appenddirname")) as string[];
  return join(folder ?? "", name ?? "");
}

async function processId({ connection }: TestRedis): Promise<number> {
  await until("Redis has loaded", async () => (await connection.ping().catch(() => "")) === "PONG");
  return Number(/process_id:(\d+)/.exec(await connection.info("server"))?.[1]);
}

function proveNewProcess(before: number, after: number): string {
  if (before === after) throw new FaultDidNotOccurError(`Redis ${before} still runs`);
  return `Redis ${before} is gone, ${after} runs`;
}
