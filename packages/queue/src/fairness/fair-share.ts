import { type AgentJob, PRIORITY, type QueryClass, type ServiceTier } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, LuaScript } from "@bullpen/redis/commands";
import { z } from "zod";

/**
 * Shares a model among tenants by the work of their queries, in whatever order they submit them: start-time
 * fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queuing", SIGCOMM 1996).
 *
 * Work is counted in tokens. A query gets a virtual start: the virtual finish of the last query of its share
 * (its tenant, or its batch), or the model's virtual time if the share was idle. It is charged the average cost
 * of the share's queries, and the difference is corrected when it ends. Virtual time is the start of the latest
 * query that a worker has begun. Workers take queries by virtual start. A query that may wait starts
 * later by what {@link LAGS} says, so after every other query of this much work.
 *
 * BullMQ's priorities end at 2,097,151, virtual time does not end: a priority is the virtual start minus a base,
 * and the base moves up ({@link FairShare.rebase}).
 */
export class FairShare {
  readonly #redis: Redis;
  readonly #rebaseAt: number;

  /** @param options.rebaseAt the priority from which the base is moved. Default: 1,000,000. */
  constructor(options: { redis: Redis; rebaseAt?: number }) {
    this.#redis = options.redis;
    this.#rebaseAt = options.rebaseAt ?? REBASE_AT;
  }

  /**
   * Reserves places for `count` queries of one share, in order, and charges the share for them.
   *
   * @param activeShares how many shares the tenant has: each gets an equal part of the tenant's. Default: 1.
   * @param tiers of the queries, in order. Default: all are `default`.
   */
  async reserve(
    model: string,
    shareKey: string,
    queryClass: QueryClass,
    count: number,
    activeShares = 1,
    tiers: readonly (ServiceTier | undefined)[] = [],
  ): Promise<Place[]> {
    const reply = await RESERVE.run(
      this.#redis,
      [fairShareKey(model)],
      [shareKey, count, FIRST_COST, activeShares],
    );
    const [start, cost, base] = z.tuple([virtual, virtual, virtual]).parse(reply);
    const places = Array.from({ length: count }, (_, i) => {
      const virtualStart = start + i * cost;
      return {
        virtualStart,
        virtualCost: cost,
        priority: toPriority(virtualStart - base + lagOf(queryClass, tiers[i])),
      };
    });
    if (start - base > this.#rebaseAt) await this.rebase(model);
    return places;
  }

  /** Lets a share's next query follow the model's present rather than its own last query. Its average cost stays. */
  async restart(model: string, shareKey: string): Promise<void> {
    await this.#redis.hdel(fairShareKey(model), `finish:${shareKey}`);
  }

  /** Gives queries other places and payloads, as far as they still wait for their first turn. */
  async move(model: string, queries: readonly MovedQuery[]): Promise<void> {
    if (queries.length === 0) return;
    const queue = `${KEY_PREFIX}:agent.${model}`;
    const moved = queries.flatMap(({ id, priority, data }) => [id, priority, data]);
    await MOVE.run(this.#redis, [`${queue}:prioritized`], [`${queue}:`, ...moved]);
  }

  /** Removes a share that submits nothing any more. */
  async forget(model: string, shareKey: string): Promise<void> {
    await this.#redis.hdel(fairShareKey(model), `finish:${shareKey}`, `cost:${shareKey}`);
  }

  /**
   * Moves the base up to virtual time, and the waiting queries with it, a few hundred at a time so that Redis
   * serves other clients in between. Each priority is computed from the query's virtual start, so a rebase that
   * is interrupted or runs twice does no harm.
   */
  async rebase(model: string): Promise<void> {
    const queue = `${KEY_PREFIX}:agent.${model}`;
    await BEGIN_REBASE.run(this.#redis, [fairShareKey(model)], []);
    const last = PRIORITY.last;
    for (let cursor = `${score(PRIORITY.first)}`; ; ) {
      const reply = await REBASE.run(
        this.#redis,
        [fairShareKey(model), `${queue}:prioritized`],
        [cursor, REBASE_PART, `${queue}:`, PRIORITY.first, last, JSON.stringify(LAGS)],
      );
      if (reply === null) return;
      cursor = `(${z.string().parse(reply)}`;
    }
  }
}

/** A waiting query with another place. */
export interface MovedQuery {
  readonly id: string;
  readonly priority: number;
  /** Its payload, which holds its virtual start. */
  readonly data: string;
}

/** The place of a query among the waiting ones. Times are in units of virtual time. */
export interface Place {
  readonly virtualStart: number;
  readonly virtualCost: number;
  /** BullMQ's priority; the lowest is taken first. */
  readonly priority: number;
}

/** One unit of virtual time, in tokens: about a short turn. */
const TOKENS_PER_UNIT = 64;
/** What a share's first query is charged, in units: about four short turns. */
const FIRST_COST = 4;
/** How much work, in units, takes precedence over a query that may wait and has the same virtual start. */
const LAG = 100_000;
/**
 * How much later queries start than their virtual start says. A batch's go after all interactive ones, and flexible ones
 * after those of their class. A batch's priority lines precede its others only.
 */
const LAGS: Readonly<Record<QueryClass, Readonly<Record<ServiceTier, number>>>> = {
  interactive: { priority: 0, default: 0, flex: LAG },
  batch: { priority: 1.5 * LAG, default: 2 * LAG, flex: 2.5 * LAG },
};
/** About half of BullMQ's range: it leaves room for the batch lag and for what is submitted during a rebase. */
const REBASE_AT = 1_000_000;
/** Queries that one script call moves: about a millisecond of Redis. */
const REBASE_PART = 300;
/** The least work of a query, in units, so that one whose tokens all came from a cache still moves virtual time. */
const LEAST_WORK = 0.01;

const virtual = z.string().transform(Number);

/** The work of a turn in units: the tokens that were computed for it, without those from a cache. */
export function workOf(tokens: {
  prompt_tokens: number;
  cached_tokens: number;
  completion_tokens: number;
}): number {
  const computed = tokens.prompt_tokens - tokens.cached_tokens + tokens.completion_tokens;
  return Math.max(computed / TOKENS_PER_UNIT, LEAST_WORK);
}

type SharedJob = Pick<AgentJob, "tenant" | "flow" | "class" | "service_tier">;

/**
 * The share that a query is charged to: its batch, or else its tenant. Interactive queries of another tier have a share
 * of their own, so that they do not wait for the tenant's other ones. A space is in no tenant's name.
 */
export function shareKeyOf(job: SharedJob): string {
  const tier = job.class === "interactive" ? job.service_tier : undefined;
  return job.flow ?? (tier === undefined || tier === "default" ? job.tenant : `${job.tenant} ${tier}`);
}

/** The share that pays too: what precedes a tenant's other queries takes their places. */
export function pushedShareOf(job: SharedJob): string | undefined {
  return job.flow === undefined && job.service_tier === "priority" ? job.tenant : undefined;
}

export function fairShareKey(model: string): string {
  return `${KEY_PREFIX}:fair:${model}`;
}

/** The fields of a job's payload that hold its place. */
export function placeFields(place: Place): Pick<AgentJob, "virtual_start" | "virtual_cost"> {
  return { virtual_start: place.virtualStart, virtual_cost: place.virtualCost };
}

/** A job of an older version has no class, as the scripts know too. */
function lagOf(queryClass: QueryClass = "interactive", tier: ServiceTier = "default"): number {
  return LAGS[queryClass][tier];
}

function toPriority(distance: number): number {
  return Math.min(Math.max(PRIORITY.first + Math.floor(distance), PRIORITY.first), PRIORITY.last);
}

/** BullMQ's score in the prioritized set: the priority in the upper bits, arrival in the lower 32. */
function score(priority: number): number {
  return priority * 2 ** 32;
}

/**
 * Reserves places for queries of one share.
 *
 * KEYS[1] the model's fair share: a hash of `now` (virtual time), `base`, and for each share `finish:<key>`
 *         (virtual finish of its last query) and `cost:<key>` (average cost of its queries)
 *
 * ARGV[1] share key
 * ARGV[2] number of queries
 * ARGV[3] cost of a share's first query
 * ARGV[4] active shares of the tenant
 *
 * Output: virtual start of the first query, cost of each, base. Numbers as text: Lua's replies are integers.
 */
const RESERVE = new LuaScript(`
local shares, share, count = KEYS[1], ARGV[1], ARGV[2]
local first_cost, active_shares = ARGV[3], ARGV[4]

local now, base, finish, average = unpack(
  redis.call('HMGET', shares, 'now', 'base', 'finish:' .. share, 'cost:' .. share))
now, base = tonumber(now or 0) or 0, tonumber(base or 0) or 0
local cost = (tonumber(average or first_cost) or first_cost) * active_shares
local start = math.max(now, tonumber(finish or 0) or 0)
redis.call('HSET', shares, 'finish:' .. share, string.format('%.6f', start + count * cost))
return {string.format('%.6f', start), string.format('%.6f', cost), string.format('%.6f', base)}
`);

/**
 * Moves the base up to virtual time, so that new queries are placed from there before the waiting ones are moved.
 *
 * KEYS[1] the model's fair share
 *
 * Output: nothing.
 */
const BEGIN_REBASE = new LuaScript(`
redis.call('HSET', KEYS[1], 'base', redis.call('HGET', KEYS[1], 'now') or '0')
`);

/**
 * Computes the priorities of some waiting queries from their virtual starts. A job that cannot be read stays
 * where it is.
 *
 * KEYS[1] the model's fair share
 * KEYS[2] BullMQ's sorted set of the queue's prioritized jobs
 *
 * ARGV[1] score to continue from, in the form of ZRANGEBYSCORE
 * ARGV[2] most jobs to move
 * ARGV[3] prefix of job keys
 * ARGV[4] first priority
 * ARGV[5] last priority
 * ARGV[6] lags of the classes and their tiers, as JSON
 *
 * Output: the score of the last job read; nil if there was none.
 */
const REBASE = new LuaScript(`
local shares, prioritized = KEYS[1], KEYS[2]
local cursor, count, job_prefix = ARGV[1], ARGV[2], ARGV[3]
local first, last, lags = tonumber(ARGV[4]), tonumber(ARGV[5]), cjson.decode(ARGV[6])

local base = tonumber(redis.call('HGET', shares, 'base') or 0) or 0
local part = redis.call('ZRANGEBYSCORE', prioritized, cursor, '+inf', 'WITHSCORES', 'LIMIT', 0, count)
for i = 1, #part, 2 do
  local id, score = part[i], part[i + 1]
  local job = job_prefix .. id
  local data = redis.pcall('HGET', job, 'data')
  local is_json, payload = pcall(cjson.decode, data)
  if is_json and type(payload) == 'table' and tonumber(payload.virtual_start) then
    local tiers = lags[payload.class] or lags.interactive
    local lag = tiers[payload.service_tier] or tiers.default
    local priority = first + math.floor(payload.virtual_start - base + lag)
    priority = math.min(math.max(priority, first), last)
    local arrival = tonumber(score) % 4294967296
    redis.call('ZADD', prioritized, string.format('%.0f', priority * 4294967296 + arrival), id)
    redis.call('HSET', job, 'priority', priority)
  end
end
return part[#part] or false
`);

/**
 * Moves waiting queries to other places. One that a worker has taken stays as it is.
 *
 * KEYS[1] BullMQ's sorted set of the queue's prioritized jobs
 *
 * ARGV[1] prefix of job keys
 * ARGV[2 ...] id, priority and payload of each query
 *
 * Output: nothing.
 */
const MOVE = new LuaScript(`
local prioritized, job_prefix = KEYS[1], ARGV[1]
for i = 2, #ARGV, 3 do
  local id, priority, data = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local score = redis.call('ZSCORE', prioritized, id)
  if score then
    local arrival = tonumber(score) % 4294967296
    redis.call('ZADD', prioritized, string.format('%.0f', priority * 4294967296 + arrival), id)
    redis.call('HSET', job_prefix .. id, 'data', data, 'priority', priority)
  end
end
`);
