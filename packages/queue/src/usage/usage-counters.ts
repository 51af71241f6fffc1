import { randomUUID } from "node:crypto";
import type { UsageRow } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, readKey } from "@bullpen/redis/commands";
import { USAGE_DAYS_KEY, usageKey } from "./usage-keys.js";

/** A tenant's day. */
export interface UsageDay {
  readonly day: string;
  readonly tenant: string;
}

/** What one Redis has counted of a day. */
export interface CountedUsage {
  /** Names this count: another Redis, or one that lost everything, begins another. */
  readonly epoch: string;
  readonly rows: readonly UsageRow[];
}

/** How long a finished day can still be read after it was stored, in seconds. */
const KEPT_SECONDS = 86_400;

/**
 * Tokens and queries as Redis counts them, in the script that records a turn in its transcript: a turn that is generated
 * again after a crash is counted when it is recorded, once.
 */
export class UsageCounters {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** The days that may hold what is not stored yet. */
  async days(): Promise<UsageDay[]> {
    const members = await readKey(this.#redis.smembers(USAGE_DAYS_KEY), []);
    return members.flatMap((member) => {
      const [day, tenant] = member.split(" ");
      return day && tenant ? [{ day, tenant }] : [];
    });
  }

  /** `undefined` for a day on which nothing was counted. */
  async read({ day, tenant }: UsageDay): Promise<CountedUsage | undefined> {
    const key = usageKey(day, tenant);
    const fields: Readonly<Record<string, string>> = await readKey(this.#redis.hgetall(key), {});
    if (Object.keys(fields).length === 0) return undefined;
    if (fields.epoch !== undefined) return { epoch: fields.epoch, rows: rowsOf(fields) };
    await this.#redis.hsetnx(key, "epoch", randomUUID());
    return this.read({ day, tenant });
  }

  /** A day that is over and stored needs no more attention. */
  async close({ day, tenant }: UsageDay): Promise<void> {
    await this.#redis.expire(usageKey(day, tenant), KEPT_SECONDS);
    await this.#redis.srem(USAGE_DAYS_KEY, `${day} ${tenant}`);
  }

  /** Whether this process is the one that stores usage for the next milliseconds. */
  async claim(milliseconds: number): Promise<boolean> {
    return (await this.#redis.set(`${KEY_PREFIX}:usage-claim`, "", "PX", milliseconds, "NX")) === "OK";
  }
}

function rowsOf(fields: Readonly<Record<string, string>>): UsageRow[] {
  const rows = new Map<string, UsageRow>();
  for (const [field, value] of Object.entries(fields)) {
    const [, number, key = "", model = ""] = /^(input|output|queries) (\S+) (.+)$/s.exec(field) ?? [];
    if (number === undefined) continue;
    const id = `${key} ${model}`;
    const row = rows.get(id) ?? {
      key_id: key === "-" ? null : key,
      model,
      queries: 0,
      input_tokens: 0,
      output_tokens: 0,
    };
    const name = number === "queries" ? "queries" : number === "input" ? "input_tokens" : "output_tokens";
    rows.set(id, { ...row, [name]: Number(value) || 0 });
  }
  return [...rows.values()];
}
