import { agentQueueName } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, LuaScript, repliesOf } from "@bullpen/redis/commands";
import { z } from "zod";
import { DUE_KEY, transcriptKey } from "../queries/query-keys.js";

/** Which process of Redis was looked through last, by its run id. */
const CHECKED_KEY = `${KEY_PREFIX}:checked-run`;
/** Held by whoever looks it through, so that one does. */
const CLAIM_KEY = `${KEY_PREFIX}:checking-run`;
const CLAIM_MS = 10_000;

/** Queries of one look: few enough to leave Redis to the others. */
const PART = 500;

/**
 * Finds queries whose job stands in no list of its queue, and puts them back: nobody would ever take them.
 *
 * BullMQ moves a job from list to list in one transaction, so this takes a Redis that lost a part of one. It
 * happens when the append-only file is torn inside a transaction, in the middle of a command: Redis takes
 * the transaction back, but leaves its beginning in the file, and carries it out at the start after that
 * one, when `ZPOPMIN` meets another job than it did before. A replica that takes over may lack a part, too.
 *
 * So all queries are looked through once after each start of Redis, by one process of those that are there.
 */
export class StrandedQueries {
  readonly #redis: Redis;
  #isDue = true;
  readonly #onReady = () => {
    this.#isDue = true;
  };

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on("ready", this.#onReady);
  }

  close(): void {
    this.#redis.off("ready", this.#onReady);
  }

  /** Looks once after each start of Redis, else does nothing. Returns how many queries were put back. */
  async requeueAfterRestart(): Promise<number> {
    if (!this.#isDue) return 0;
    this.#isDue = false;
    try {
      const run = /run_id:(\w+)/.exec(await this.#redis.info("server"))?.[1] ?? "";
      if ((await this.#redis.get(CHECKED_KEY)) === run) return 0;
      if ((await this.#redis.set(CLAIM_KEY, run, "PX", CLAIM_MS, "NX")) === null) {
        this.#isDue = true; // should the one that looks now die, another goes on
        return 0;
      }
      const requeued = await this.#requeue();
      await this.#redis.multi().set(CHECKED_KEY, run).del(CLAIM_KEY).exec();
      return requeued;
    } catch (error) {
      this.#isDue = true;
      throw error;
    }
  }

  async #requeue(): Promise<number> {
    let requeued = 0;
    let cursor = "0";
    do {
      const [next, members] = await this.#redis.zscan(DUE_KEY, cursor, "COUNT", PART);
      cursor = next;
      const ids = members.filter((_, i) => i % 2 === 0);
      for (const [model, open] of await this.#openByModel(ids)) {
        const queue = `${KEY_PREFIX}:${agentQueueName(model)}`;
        const keys = [...LISTS, "pc", "marker"].map((name) => `${queue}:${name}`);
        requeued += Number(await REQUEUE.run(this.#redis, keys, [`${queue}:`, ...open]));
      }
      await this.#redis.pexpire(CLAIM_KEY, CLAIM_MS);
    } while (cursor !== "0");
    return requeued;
  }

  /** The queries among `ids` that have not ended, by their model. */
  async #openByModel(ids: readonly string[]): Promise<Map<string, string[]>> {
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.hmget(transcriptKey(id), "end", "model");
    const replies = repliesOf(await pipeline.exec());
    const open = new Map<string, string[]>();
    for (const [i, id] of ids.entries()) {
      const [end, model] = replySchema.parse(replies[i]);
      if (end === null && model !== null) open.set(model, [...(open.get(model) ?? []), id]);
    }
    return open;
  }
}

/** What cannot be read has no model: nothing can be done for it. */
const replySchema = z.tuple([z.string().nullable(), z.string().nullable()]).catch([null, null]);

/** Where BullMQ keeps a job: sorted sets first. */
const LISTS = [
  ...["prioritized", "waiting-children", "delayed", "completed", "failed"],
  ...["active", "wait", "paused"],
] as const;

/**
 * KEYS: the lists of {@link LISTS}, counter of priorities, marker    ARGV: prefix of job keys, ids ...
 * Returns how many jobs were put back, each where BullMQ would add it.
 */
const REQUEUE = new LuaScript(`
local function stands(id)
  for i = 1, 5 do if redis.call('ZSCORE', KEYS[i], id) then return true end end
  for i = 6, 8 do if redis.call('LPOS', KEYS[i], id) then return true end end
  return false
end
local requeued = 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local priority = tonumber(redis.pcall('HGET', ARGV[1] .. id, 'priority'))
  if priority and not stands(id) then
    if priority > 0 then
      redis.call('ZADD', KEYS[1], priority * 4294967296 + redis.call('INCR', KEYS[9]) % 4294967296, id)
    else
      redis.call('RPUSH', KEYS[7], id)
    end
    redis.call('ZADD', KEYS[10], 0, '0')
    requeued = requeued + 1
  end
end
return requeued
`);
