import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, LuaScript, repliesOf } from "@bullpen/redis/commands";
import { transcriptKey } from "./query-keys.js";
import { mayBeSubmitting } from "./submit.js";

/** A query that is about to be submitted. */
interface OpenQuery {
  readonly id: string;
  /** When it expires at the latest, in Unix milliseconds. */
  readonly deadline: number;
}

/** Longer than any query lasts, in seconds: what nobody adds to any more is forgotten. */
const KEPT_SECONDS = 31 * 86_400;

/** While a limit is reached, ended queries are looked for this often, whoever asks. */
const PRUNE_EVERY_MS = 1_000;

/** Commands in one pipeline: few enough that other clients of Redis do not wait. */
const PIPELINE_LENGTH = 500;

/**
 * Takes queries into the open ones of a subject, all or none.
 *
 * KEYS[1] open queries of the subject: a sorted set of ids by deadline, in Unix milliseconds
 *
 * ARGV[1] now, in Unix milliseconds
 * ARGV[2] the most that may be open
 * ARGV[3 ...] deadline and id of each query
 *
 * Output: 1 if they were taken, else 0.
 */
const TAKE = new LuaScript(`
local open, now, limit = KEYS[1], ARGV[1], tonumber(ARGV[2])

redis.call('ZREMRANGEBYSCORE', open, '-inf', now)
local fresh = 0
for i = 4, #ARGV, 2 do
  if not redis.call('ZSCORE', open, ARGV[i]) then fresh = fresh + 1 end
end
if redis.call('ZCARD', open) + fresh > limit then return 0 end
redis.call('ZADD', open, unpack(ARGV, 3))
redis.call('EXPIRE', open, ${KEPT_SECONDS})
return 1
`);

/**
 * The queries of those who may have a limited number of them at a time. Ends are not counted down: only when a limit is
 * reached are the queries that have ended looked for, so nobody without a limit pays, and no crash leaves a wrong count.
 */
export class OpenQueries {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Counts queries before they are submitted. Those that are counted already are not counted again.
   *
   * @param subject whose they are, such as `tenant:acme`.
   * @returns whether there is room for all of them; if not, none is counted.
   */
  async take(subject: string, limit: number, queries: readonly OpenQuery[]): Promise<boolean> {
    const key = keyOf(subject);
    const take = async () => {
      const args = queries.flatMap(({ id, deadline }) => [Math.ceil(deadline), id]);
      return (await TAKE.run(this.#redis, [key], [Date.now(), limit, ...args])) === 1;
    };
    if (queries.length > limit) return false;
    return (await take()) || ((await this.#prune(key)) && (await take()));
  }

  /** Counts queries no more: they are not submitted. */
  async release(subject: string, queries: readonly OpenQuery[]): Promise<void> {
    await this.#redis.zrem(keyOf(subject), ...queries.map(({ id }) => id));
  }

  /** Removes what has ended. @returns whether it was looked for: not a moment after the last time. */
  async #prune(key: string): Promise<boolean> {
    if ((await this.#redis.set(`${key}:pruned`, "", "PX", PRUNE_EVERY_MS, "NX")) !== "OK") return false;
    const ids = await this.#redis.zrange(key, 0, "-1");
    for (let start = 0; start < ids.length; start += PIPELINE_LENGTH) {
      const part = ids.slice(start, start + PIPELINE_LENGTH);
      const pipeline = this.#redis.pipeline();
      for (const id of part) pipeline.hmget(transcriptKey(id), "end", "model");
      const replies = repliesOf(await pipeline.exec());
      // A cast: the form of HMGET's reply.
      const ended = part.filter((id, i) => hasEnded(id, replies[i] as (string | null)[] | undefined));
      if (ended.length > 0) await this.#redis.zrem(key, ...ended);
    }
    return true;
  }
}

/** A query without a transcript was removed, or never submitted. */
function hasEnded(id: string, fields: (string | null)[] | undefined): boolean {
  if (fields === undefined) return false; // it cannot be read; its deadline ends it
  const [end, model] = fields;
  return end !== null || (model === null && !mayBeSubmitting(id));
}

function keyOf(subject: string): string {
  return `${KEY_PREFIX}:open:${subject}`;
}
