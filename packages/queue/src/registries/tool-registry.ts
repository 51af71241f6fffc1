import { every } from "@bullpen/base";
import {
  BUILT_IN_TOOLS,
  FINAL_ANSWER,
  foldToolName,
  type ToolDefinition,
  toolDefinitionSchema,
} from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { isWrongType, KEY_PREFIX, readKey, readRecord } from "@bullpen/redis/commands";

/** Definitions by name. Earlier versions of Bullpen wrote the name in lower case. */
const DEFINITIONS_KEY = `${KEY_PREFIX}:tools`;
/** The same names by the time of their last announcement, in Unix milliseconds by Redis' clock. */
const ANNOUNCED_KEY = `${KEY_PREFIX}:tools-announced`;

/** Several times within the lapse, so that a lost announcement does not matter. */
const ANNOUNCE_MS = 10_000;

/** A tool without an announcement for this long is unserved. A tool-worker that restarts is faster. */
const DEFAULT_LAPSE_MS = 60_000;

/** The longest timeout of a query: until then a transcript may name the tool. */
const KEPT_MS = 30 * 24 * 3_600_000;

const BUILT_IN = new Map(BUILT_IN_TOOLS.map((tool) => [tool.name, tool]));
/** Names that no tool-worker may announce. */
const RESERVED_NAMES = new Set([...BUILT_IN.keys(), FINAL_ANSWER].map(foldToolName));
const RESERVED_QUEUES = new Set(BUILT_IN_TOOLS.map((tool) => tool.queue));

export interface ToolRegistryOptions {
  readonly redis: Redis;
  /** Default: 60,000. */
  readonly lapseMs?: number;
  /** Called once for each definition that another process announces under a name announced here. */
  readonly onRival?: (name: string) => void;
}

/**
 * The tools that tool-workers serve in addition to the built-in ones. A tool is offered to new queries while
 * tool-workers announce it. Its definition is kept after that, so that a query which has the tool in its
 * transcript continues as before.
 *
 * A definition that cannot be read counts as missing. Of two definitions under one name the later counts: they
 * are two versions of one tool.
 */
export class ToolRegistry {
  readonly #redis: Redis;
  readonly #lapseMs: number;
  readonly #onRival: ToolRegistryOptions["onRival"];
  /** The definitions last announced here, by name, and those of other processes that were reported. */
  readonly #announced = new Map<string, string>();
  readonly #rivals = new Set<string>();

  constructor({ redis, lapseMs = DEFAULT_LAPSE_MS, onRival }: ToolRegistryOptions) {
    this.#redis = redis;
    this.#lapseMs = lapseMs;
    this.#onRival = onRival;
  }

  async announce(tools: readonly ToolDefinition[]): Promise<void> {
    if (this.#onRival) await this.#reportRivals(tools, this.#onRival);
    const now = await this.#now();
    const replies = await this.#write(tools, now);
    if (!replies?.some(([error]) => isWrongType(error))) return;
    // A key holds another type. Every tool-worker announces again, so a fresh start loses nothing.
    await this.#redis.del(DEFINITIONS_KEY, ANNOUNCED_KEY);
    await this.#write(tools, now);
  }

  async #reportRivals(tools: readonly ToolDefinition[], onRival: (name: string) => void): Promise<void> {
    if (tools.length === 0) return;
    const names = tools.map((tool) => tool.name);
    const records = await readKey(this.#redis.hmget(DEFINITIONS_KEY, ...names), []);
    for (const [i, tool] of tools.entries()) {
      const [mine, stored] = [this.#announced.get(tool.name), records[i]];
      this.#announced.set(tool.name, JSON.stringify(tool));
      if (!stored || mine === undefined || stored === mine || this.#rivals.has(stored)) continue;
      this.#rivals.add(stored);
      onRival(tool.name);
    }
  }

  async #write(tools: readonly ToolDefinition[], now: number) {
    const old = await readKey(this.#redis.zrangebyscore(ANNOUNCED_KEY, 0, now - KEPT_MS), []);
    const change = this.#redis.multi();
    if (old.length > 0) change.hdel(DEFINITIONS_KEY, ...old).zrem(ANNOUNCED_KEY, ...old);
    for (const tool of tools) {
      change.hset(DEFINITIONS_KEY, tool.name, JSON.stringify(tool));
      change.zadd(ANNOUNCED_KEY, now, tool.name);
    }
    return change.exec();
  }

  /**
   * Announces what `list` returns, now and periodically. Rejects when the first announcement fails.
   *
   * @returns a function that stops the announcements.
   */
  async keepAnnounced(list: () => readonly ToolDefinition[]): Promise<() => void> {
    await this.announce(list());
    // An announcement that fails because Redis is away is made up for by the next.
    const stop = every(ANNOUNCE_MS, () => this.announce(list()));
    return () => void stop();
  }

  /** The tools that a new query can use: the built-in ones, then the announced ones by name. */
  async list(): Promise<ToolDefinition[]> {
    const since = (await this.#now()) - this.#lapseMs;
    const names = await readKey(this.#redis.zrangebyscore(ANNOUNCED_KEY, since, "+inf"), []);
    return [...BUILT_IN_TOOLS, ...(await this.#read(names))];
  }

  /** All known tools, including those that no tool-worker announces now. */
  async all(): Promise<ToolDefinition[]> {
    return [...BUILT_IN_TOOLS, ...(await this.#read(await readKey(this.#redis.hkeys(DEFINITIONS_KEY), [])))];
  }

  /** The tools that were announced once and are not now. */
  async unserved(): Promise<ToolDefinition[]> {
    const before = (await this.#now()) - this.#lapseMs;
    return this.#read(await readKey(this.#redis.zrangebyscore(ANNOUNCED_KEY, 0, before), []));
  }

  /** The definitions of tools by name, in the same order, and the names that are unknown. */
  async find(names: readonly string[]): Promise<{ tools: ToolDefinition[]; missing: string[] }> {
    const added = names.filter((name) => !BUILT_IN.has(name));
    const known = new Map((await this.#read(added)).map((tool) => [tool.name, tool]));
    const tools: ToolDefinition[] = [];
    const missing: string[] = [];
    for (const name of names) {
      const tool = BUILT_IN.get(name) ?? known.get(name);
      if (tool) tools.push(tool);
      else missing.push(name);
    }
    return { tools, missing };
  }

  /** The definitions stored under names, sorted by name. Of two with the same queue only the first counts. */
  async #read(names: readonly string[]): Promise<ToolDefinition[]> {
    if (names.length === 0) return [];
    const wanted = new Set(names);
    const fields = [...new Set(names.flatMap((name) => [name, name.toLowerCase()]))];
    const records = await readKey(this.#redis.hmget(DEFINITIONS_KEY, ...fields), []);
    const tools = new Map<string, ToolDefinition>();
    for (const [i, field] of fields.entries()) {
      const tool = readRecord(toolDefinitionSchema, records[i]);
      if (!tool || !isValidUnder(field, tool)) continue;
      // Another tool may have the name in lower case.
      if (!wanted.has(tool.name) && !wanted.has(field)) continue;
      if (field === tool.name || !tools.has(tool.name)) tools.set(tool.name, tool);
    }
    const sorted = [...tools.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return sorted.filter(({ queue }, i) => sorted.findIndex((other) => other.queue === queue) === i);
  }

  async #now(): Promise<number> {
    const [seconds, microseconds] = await this.#redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }
}

/** Whether a definition has the name that it is stored under, and neither name nor queue of a built-in tool. */
function isValidUnder(field: string, { name, queue }: ToolDefinition): boolean {
  if (field !== name && field !== name.toLowerCase()) return false;
  return !RESERVED_NAMES.has(foldToolName(name)) && !RESERVED_QUEUES.has(queue);
}
