import { type AgentJob, PRIORITY, type QueryClass } from "@bullpen/contracts";
import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX, LuaScript } from "@bullpen/redis/commands";
import { z } from "zod";

/**
 * Shares a model among tenants by the work that their queries make, whatever each submits first:
 * start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queuing", SIGCOMM 1996).
 *
 * Work is counted in tokens. A query gets a virtual start: where its tenant's last one ends, or the
 * model's virtual time if the tenant was idle. It is charged what its tenant's queries have cost on
 * average, and the difference is put right when it ends. Virtual time is the start of the latest query
 * that a worker has begun. Queries go by virtual start, a batch's {@link BATCH_LAG} later than they
 * otherwise would: behind every interactive query of this much work, but never for ever.
 *
 * BullMQ's priorities end at 2,097,151, virtual time does not: a priority is virtual start minus a base,
 * and the base moves along ({@link FairShare.rebase}).
 */
export class FairShare {
  readonly #redis: Redis;
  readonly #rebaseAt: number;

  /** @param options.rebaseAt the priority from which the base is moved; default {@link REBASE_AT}. */
  constructor(options: { redis: Redis; rebaseAt?: number }) {
    this.#redis = options.redis;
    this.#rebaseAt = options.rebaseAt ?? REBASE_AT;
  }

  /**
   * Places for `count` queries of one share (a tenant, or one of its batches), in order; charges the share
   * for them. A tenant with several `activeShares` divides its part among them.
   */
  async reserve(
    model: string,
    shareKey: string,
    queryClass: QueryClass,
    count: number,
    activeShares = 1,
  ): Promise<Place[]> {
    const reply = await RESERVE.run(
      this.#redis,
      [fairShareKey(model)],
      [shareKey, count, FIRST_COST, activeShares],
    );
    const [start, cost, base] = z.tuple([virtual, virtual, virtual]).parse(reply);
    const places = Array.from({ length: count }, (_, i) => {
      const virtualStart = start + i * cost;
      return { virtualStart, virtualCost: cost, priority: toPriority(virtualStart - base, queryClass) };
    });
    if (start - base > this.#rebaseAt) await this.rebase(model);
    return places;
  }

  /** Forgets a share that submits nothing any more. */
  async forget(model: string, shareKey: string): Promise<void> {
    await this.#redis.hdel(fairShareKey(model), `finish:${shareKey}`, `cost:${shareKey}`);
  }

  /**
   * Moves the base up to virtual time and the waiting queries with it, a few hundred at a time so that
   * Redis serves others in between. Each priority is computed anew from the query's virtual start, so
   * that a rebase that was cut off, or runs twice, does no harm.
   */
  async rebase(model: string): Promise<void> {
    const queue = `${KEY_PREFIX}:agent.${model}`;
    await BEGIN_REBASE.run(this.#redis, [fairShareKey(model)], []);
    const last = PRIORITY.last;
    for (let cursor = `${score(PRIORITY.first)}`; ; ) {
      const reply = await REBASE.run(
        this.#redis,
        [fairShareKey(model), `${queue}:prioritized`],
        [cursor, REBASE_PART, `${queue}:`, PRIORITY.first, last, BATCH_LAG],
      );
      if (reply === null) return;
      cursor = `(${z.string().parse(reply)}`;
    }
  }
}

/** Where a query stands among the waiting. */
export interface Place {
  readonly virtualStart: number;
  readonly virtualCost: number;
  /** BullMQ's; the lowest goes first. */
  readonly priority: number;
}

/** One unit of virtual time, in tokens: about a short turn. */
const TOKENS_PER_UNIT = 64;
/** What a tenant's first query is charged, in units. */
const FIRST_COST = 4;
/** How much work, in units, goes before a batch's query that stands at the same virtual start. */
const BATCH_LAG = 200_000;
const REBASE_AT = 1_000_000;
const REBASE_PART = 300;

const virtual = z.string().transform(Number);

/** The work of a query in units: what was computed for it, not what a cache held. */
export function workOf(tokens: {
  prompt_tokens: number;
  cached_tokens: number;
  completion_tokens: number;
}): number {
  const computed = tokens.prompt_tokens - tokens.cached_tokens + tokens.completion_tokens;
  return Math.max(computed / TOKENS_PER_UNIT, 0.01);
}

/** The share that a query is charged to: its batch, or else its tenant. */
export function shareKeyOf(job: Pick<AgentJob, "tenant" | "flow">): string {
  return job.flow ?? job.tenant;
}

export function fairShareKey(model: string): string {
  return `${KEY_PREFIX}:fair:${model}`;
}

/** The fields of a job's payload that say where it stands. */
export function placeFields(place: Place): Pick<AgentJob, "virtual_start" | "virtual_cost"> {
  return { virtual_start: place.virtualStart, virtual_cost: place.virtualCost };
}

function toPriority(distance: number, queryClass: QueryClass): number {
  const lag = queryClass === "batch" ? BATCH_LAG : 0;
  return Math.min(Math.max(PRIORITY.first + Math.floor(distance + lag), PRIORITY.first), PRIORITY.last);
}

/** BullMQ's score in the prioritized set: the priority in the upper bits, arrival in the lower 32. */
function score(priority: number): number {
  return priority * 2 ** 32;
}

/**
 * KEYS: fair share    ARGV: share key, count, cost of a first query, active shares of its tenant
 * Returns virtual start of the first, cost of each, base. Numbers as text: Lua's replies are integers.
 */
const RESERVE = new LuaScript(`
local fields = redis.call('HMGET', KEYS[1], 'now', 'base', 'finish:' .. ARGV[1], 'cost:' .. ARGV[1])
local now, base = tonumber(fields[1] or 0) or 0, tonumber(fields[2] or 0) or 0
local cost = (tonumber(fields[4] or ARGV[3]) or ARGV[3]) * ARGV[4]
local start = math.max(now, tonumber(fields[3] or 0) or 0)
redis.call('HSET', KEYS[1], 'finish:' .. ARGV[1], string.format('%.6f', start + ARGV[2] * cost))
return {string.format('%.6f', start), string.format('%.6f', cost), string.format('%.6f', base)}
`);

/** KEYS: fair share. New queries are placed from the new base on before the waiting ones are moved. */
const BEGIN_REBASE = new LuaScript(`
redis.call('HSET', KEYS[1], 'base', redis.call('HGET', KEYS[1], 'now') or '0')
`);

/**
 * KEYS: fair share, prioritized set
 * ARGV: score to go on behind, count, prefix of job keys, first and last priority, batch lag
 * Returns the last score seen, or nil at the end.
 */
const REBASE = new LuaScript(`
local base = tonumber(redis.call('HGET', KEYS[1], 'base') or 0) or 0
local part = redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #part, 2 do
  local job = ARGV[3] .. part[i]
  local data = redis.pcall('HGET', job, 'data')
  local isJson, payload = pcall(cjson.decode, data)
  -- A job that cannot be read stays where it is.
  if isJson and type(payload) == 'table' and tonumber(payload.virtual_start) then
    local lag = payload.class == 'batch' and tonumber(ARGV[6]) or 0
    local priority = tonumber(ARGV[4]) + math.floor(payload.virtual_start - base + lag)
    priority = math.min(math.max(priority, tonumber(ARGV[4])), tonumber(ARGV[5]))
    local arrival = tonumber(part[i + 1]) % 4294967296
    redis.call('ZADD', KEYS[2], string.format('%.0f', priority * 4294967296 + arrival), part[i])
    redis.call('HSET', job, 'priority', priority)
  end
end
return part[#part] or false
`);
