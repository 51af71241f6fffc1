import { agentQueueName } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, LuaScript, repliesOf } from "@bullpen/redis/commands";
import { z } from "zod";
import { DUE_KEY, transcriptKey } from "../queries/query-keys.js";

/** The run id of the Redis process that was checked last. */
const CHECKED_KEY = `${KEY_PREFIX}:checked-run`;
/** A lock for the process that checks, so that only one does. */
const CLAIM_KEY = `${KEY_PREFIX}:checking-run`;
/** The lock is extended after each part; if its holder dies, another process continues after this time. */
const CLAIM_MS = 10_000;

/** Queries that are checked together: few enough that other clients of Redis do not wait. */
const PART = 500;

/**
 * Finds queries whose job is in no list of its queue, and returns them to it: no worker would ever take them.
 *
 * BullMQ moves a job from list to list in one transaction, so this needs a Redis that lost part of one. It
 * happens when the append-only file is cut inside a transaction, in the middle of a command: Redis rolls the
 * transaction back, but leaves its beginning in the file, and executes it at the next start, when `ZPOPMIN`
 * takes another job than it did before. A replica that takes over may lack part of a transaction, too.
 *
 * So all queries are checked once after each start of Redis, by one of the processes that run.
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

  /** Checks once after each start of Redis, else does nothing. Returns how many queries were returned. */
  async requeueAfterRestart(): Promise<number> {
    if (!this.#isDue) return 0;
    this.#isDue = false;
    try {
      const run = /run_id:(\w+)/.exec(await this.#redis.info("server"))?.[1] ?? "";
      if ((await this.#redis.get(CHECKED_KEY)) === run) return 0;
      if ((await this.#redis.set(CLAIM_KEY, run, "PX", CLAIM_MS, "NX")) === null) {
        this.#isDue = true; // if the process that checks dies, another continues
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

  /** The queries among `ids` that have not ended, by model. */
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

/** A transcript that cannot be read has no model: nothing can be done for it. */
const replySchema = z.tuple([z.string().nullable(), z.string().nullable()]).catch([null, null]);

/** The keys in which BullMQ keeps the ids of jobs: sorted sets first, then lists. */
const LISTS = [
  ...["prioritized", "waiting-children", "delayed", "completed", "failed"],
  ...["active", "wait", "paused"],
] as const;

/**
 * Returns jobs that are in no list to their queue, each where BullMQ would add it.
 *
 * KEYS[1] prioritized, KEYS[2] waiting-children, KEYS[3] delayed, KEYS[4] completed, KEYS[5] failed (sorted sets)
 * KEYS[6] active, KEYS[7] wait, KEYS[8] paused (lists)
 * KEYS[9] counter of arrivals among prioritized jobs
 * KEYS[10] marker, on which idle workers block
 *
 * ARGV[1] prefix of job keys
 * ARGV[2 ...] job ids
 *
 * Output: how many jobs were returned.
 */
const REQUEUE = new LuaScript(`
local prioritized, wait, arrivals, marker = KEYS[1], KEYS[7], KEYS[9], KEYS[10]
local job_prefix = ARGV[1]

local function is_listed(id)
  for i = 1, 5 do if redis.call('ZSCORE', KEYS[i], id) then return true end end
  for i = 6, 8 do if redis.call('LPOS', KEYS[i], id) then return true end end
  return false
end

local requeued = 0
for i = 2, #ARGV do
  local id = ARGV[i]
  local priority = tonumber(redis.pcall('HGET', job_prefix .. id, 'priority'))
  if priority and not is_listed(id) then
    if priority > 0 then
      local arrival = redis.call('INCR', arrivals) % 4294967296
      redis.call('ZADD', prioritized, priority * 4294967296 + arrival, id)
    else
      redis.call('RPUSH', wait, id)
    end
    redis.call('ZADD', marker, 0, '0')
    requeued = requeued + 1
  end
end
return requeued
`);
