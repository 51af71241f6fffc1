import { settlesWithin, toError } from "@bullpen/base";
import type { AgentJob, Step } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { LuaScript } from "@bullpen/redis/commands";
import { fairShareKey, shareKeyOf, workOf } from "./fair-share.js";

/** How long changes wait to be written together: a fraction of a turn. */
const FLUSH_MS = 100;

/** What the last write may take: without Redis it would wait, and a little fairness is not worth that. */
const CLOSE_MS = 1_000;

/** The weight of the latest query in the average cost of its share: the average follows some ten queries. */
const WEIGHT = 0.1;

/** What a share's queries have cost since the account was last written. */
interface Change {
  /** Work of the first query: the average of a share that has none. */
  readonly first: number;
  /** The new average is `kept` times the old one and `gain`. */
  readonly kept: number;
  readonly gain: number;
  /** Cost of the queries minus what they were charged. */
  readonly owed: number;
}

/**
 * Reports what a worker's queries cost to the fair share of their model: the average of a share follows its
 * queries, and the difference between cost and charge moves the place of the share's next query.
 *
 * One write for all queries of a tenth of a second, not one for each. It decides the order of queries and never
 * their results: what is lost with a worker that dies is a little fairness.
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

  /** The query has had its first turn: virtual time advances to its place. */
  begin(job: AgentJob): void {
    this.#virtualTime = Math.max(this.#virtualTime ?? job.virtual_start, job.virtual_start);
    this.#flushSoon();
  }

  /** @param steps all steps of the query. One without any says nothing about its share. */
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

  /** Writes what is left, if Redis answers. */
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
 * Writes what queries cost. A share without a virtual finish was removed meanwhile, and stays removed.
 *
 * KEYS[1] the model's fair share
 *
 * ARGV[1] virtual time, '' if it has not advanced
 * ARGV[2 ...] for each share five arguments: its key, then `first`, `kept`, `gain` and `owed` of its {@link Change}
 *
 * Output: nothing.
 */
const SETTLE = new LuaScript(`
local shares, virtual_time = KEYS[1], ARGV[1]

local now = tonumber(redis.call('HGET', shares, 'now') or 0) or 0
if virtual_time ~= '' and tonumber(virtual_time) > now then redis.call('HSET', shares, 'now', virtual_time) end
for i = 2, #ARGV, 5 do
  local share, first, kept, gain, owed = unpack(ARGV, i, i + 4)
  local cost_field, finish_field = 'cost:' .. share, 'finish:' .. share
  local cost, finish = unpack(redis.call('HMGET', shares, cost_field, finish_field))
  if finish then
    redis.call('HSET', shares,
      cost_field, string.format('%.6f', kept * (tonumber(cost) or first) + gain),
      finish_field, string.format('%.6f', (tonumber(finish) or now) + owed))
  end
end
`);
