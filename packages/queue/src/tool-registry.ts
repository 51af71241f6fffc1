import { CLASSIC_TOOLS, type ToolDefinition, toolDefinitionSchema } from "@bullpen/contracts";
import type { Redis } from "ioredis";
import { KEY_PREFIX } from "./connection.js";

/** Definitions by name in lower case. */
const DEFINITIONS_KEY = `${KEY_PREFIX}:tools`;
/** The same names by the time of their last announcement, in milliseconds by Redis' clock. */
const ANNOUNCED_KEY = `${KEY_PREFIX}:tools-announced`;

const ANNOUNCE_MS = 10_000;

/** A tool that nobody has announced for this long has lapsed; a tool-worker that restarts is back before. */
const DEFAULT_LAPSE_MS = 60_000;

/** As long as a query may take; until then its transcript may name the tool. */
const KEPT_MS = 30 * 24 * 3_600_000;

const CLASSIC = new Map(CLASSIC_TOOLS.map((tool) => [keyOf(tool.name), tool]));

export interface ToolRegistryOptions {
  readonly redis: Redis;
  /** Default: 60,000. */
  readonly lapseMs?: number;
}

/**
 * The tools that tool-workers bring besides the classic ones. A tool is offered to new queries while
 * tool-workers announce it. Its definition stays known after that, so that a query which has it in its
 * transcript goes on from there as before.
 */
export class ToolRegistry {
  readonly #redis: Redis;
  readonly #lapseMs: number;

  constructor({ redis, lapseMs = DEFAULT_LAPSE_MS }: ToolRegistryOptions) {
    this.#redis = redis;
    this.#lapseMs = lapseMs;
  }

  async announce(tools: readonly ToolDefinition[]): Promise<void> {
    const now = await this.#now();
    const old = await this.#redis.zrangebyscore(ANNOUNCED_KEY, 0, now - KEPT_MS);
    const change = this.#redis.multi();
    if (old.length > 0) change.hdel(DEFINITIONS_KEY, ...old).zrem(ANNOUNCED_KEY, ...old);
    for (const tool of tools) {
      change.hset(DEFINITIONS_KEY, keyOf(tool.name), JSON.stringify(tool));
      change.zadd(ANNOUNCED_KEY, now, keyOf(tool.name));
    }
    await change.exec();
  }

  /**
   * Announces what `list` returns now and again and again. Rejects when the first time fails; the
   * function returned ends it.
   */
  async keepAnnounced(list: () => readonly ToolDefinition[]): Promise<() => void> {
    await this.announce(list());
    const timer = setInterval(() => {
      this.announce(list()).catch(() => {}); // Redis is away: the next time will do
    }, ANNOUNCE_MS);
    return () => clearInterval(timer);
  }

  /** What can be offered to a new query: the classic tools, then the announced ones by name. */
  async list(): Promise<ToolDefinition[]> {
    const names = await this.#redis.zrangebyscore(ANNOUNCED_KEY, (await this.#now()) - this.#lapseMs, "+inf");
    const { tools } = await this.find(names.sort());
    return [...CLASSIC_TOOLS, ...tools];
  }

  /** All tools that are known, those that have lapsed included. */
  async all(): Promise<ToolDefinition[]> {
    return [...CLASSIC_TOOLS, ...(await this.find((await this.#redis.hkeys(DEFINITIONS_KEY)).sort())).tools];
  }

  /** The tools that were announced once and are no longer. */
  async lapsed(): Promise<ToolDefinition[]> {
    const names = await this.#redis.zrangebyscore(ANNOUNCED_KEY, 0, (await this.#now()) - this.#lapseMs);
    return (await this.find(names)).tools;
  }

  /** The definitions of tools by name, in the same order, and the names that nobody knows. */
  async find(names: readonly string[]): Promise<{ tools: ToolDefinition[]; missing: string[] }> {
    const added = names.filter((name) => !CLASSIC.has(keyOf(name)));
    const records = added.length > 0 ? await this.#redis.hmget(DEFINITIONS_KEY, ...added.map(keyOf)) : [];
    const tools: ToolDefinition[] = [];
    const missing: string[] = [];
    for (const name of names) {
      const tool = CLASSIC.get(keyOf(name)) ?? parse(records[added.indexOf(name)]);
      if (tool) tools.push(tool);
      else missing.push(name);
    }
    return { tools, missing };
  }

  async #now(): Promise<number> {
    const [seconds, microseconds] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }
}

function keyOf(name: string): string {
  return name.toLowerCase();
}

/** A definition that another version of Bullpen wrote, and this one cannot read, counts as none. */
function parse(record: string | null | undefined): ToolDefinition | undefined {
  return record ? toolDefinitionSchema.safeParse(JSON.parse(record)).data : undefined;
}
