import { settlesWithin, toError } from "@bullpen/base";
import type { AgentJob, Step } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { LuaScript } from "@bullpen/redis/commands";
import { fairShareKey, shareKeyOf, workOf } from "./fair-share.js";

/** How long what is known here may be news to the fair share: a fraction of a turn. */
const FLUSH_MS = 100;

const CLOSE_MS = 1_000;

/** How much of a share's average the query makes that ended last. */
const WEIGHT = 0.1;

/** What a share's queries have come to since the account was last written. */
interface Change {
  /** Work of the first: the average of a share that has none. */
  readonly first: number;
  /** The new average is `kept` times the old one and `gain`. */
  readonly kept: number;
  readonly gain: number;
  /** What the queries cost more (or less) than they were charged. */
  readonly owed: number;
}

/**
 * What a worker's queries cost, on its way to the fair share of their model: a share's average follows its
 * queries, and what one cost more or less than it was charged moves the place of the share's next one.
 *
 * Written together for all queries of a tenth of a second, not with each: it decides who goes first, never
 * what becomes of a query, so that what dies with the worker costs a little fairness and nothing else.
 */
export class WorkAccount {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #onError: ((error: Error) => void) | undefined;
  #virtualTime: number | undefined;
  #changes = new Map<string, Change>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { redis: Redis; model: string; onError?: (error: Error) => void }) {
    this.#redis = options.redis;
    this.#key = fairShareKey(options.model);
    this.#onError = options.onError;
  }

  /** The query has said something: virtual time has come as far as its place. */
  begin(job: AgentJob): void {
    this.#virtualTime = Math.max(this.#virtualTime ?? job.virtual_start, job.virtual_start);
    this.#flushSoon();
  }

  /** @param steps all that the query had. One that had none says nothing about its share. */
  end(job: AgentJob, steps: readonly Step[]): void {
    const work = steps.reduce((sum, { turn }) => sum + workOf(turn.usage), 0);
    if (work === 0) return;
    const shareKey = shareKeyOf(job);
    const { first, kept, gain, owed } = this.#changes.get(shareKey) ?? {
      first: work,
      kept: 1,
      gain: 0,
      owed: 0,
    };
    this.#changes.set(shareKey, {
      first,
      kept: (1 - WEIGHT) * kept,
      gain: (1 - WEIGHT) * gain + WEIGHT * work,
      owed: owed + work * job.flows - job.virtual_cost,
    });
    this.#flushSoon();
  }

  /** Writes what is left, if Redis is there. */
  async close(): Promise<void> {
    await settlesWithin(this.#flush(), CLOSE_MS);
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS).unref();
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#virtualTime === undefined && this.#changes.size === 0) return;
    const changes = [...this.#changes].flatMap(([shareKey, { first, kept, gain, owed }]) => [
      ...[shareKey, first, kept, gain, owed],
    ]);
    const args = [this.#virtualTime ?? "", ...changes];
    this.#virtualTime = undefined;
    this.#changes = new Map();
    try {
      await SETTLE.run(this.#redis, [this.#key], args);
    } catch (error) {
      this.#onError?.(toError(error));
    }
  }
}

/**
 * KEYS: fair share    ARGV: virtual time or '', then a share, first, kept, gain, owed of each {@link Change}
 *
 * A share without a place has been forgotten meanwhile, and stays so.
 */
const SETTLE = new LuaScript(`
local now = tonumber(redis.call('HGET', KEYS[1], 'now') or 0) or 0
if ARGV[1] ~= '' and tonumber(ARGV[1]) > now then redis.call('HSET', KEYS[1], 'now', ARGV[1]) end
for i = 2, #ARGV, 5 do
  local cost, finish = 'cost:' .. ARGV[i], 'finish:' .. ARGV[i]
  local share = redis.call('HMGET', KEYS[1], cost, finish)
  if share[2] then
    redis.call('HSET', KEYS[1],
      cost, string.format('%.6f', ARGV[i + 2] * (tonumber(share[1]) or ARGV[i + 1]) + ARGV[i + 3]),
      finish, string.format('%.6f', (tonumber(share[2]) or now) + ARGV[i + 4]))
  end
end
`);
