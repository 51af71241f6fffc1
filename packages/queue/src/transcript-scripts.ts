import { PRIORITY } from "@bullpen/contracts";
import { KEY_PREFIX } from "./connection.js";
import { LuaScript } from "./lua-script.js";

/** The channel on which a query's end is announced. Lossy: whoever waits must also look. */
export function endedChannel(queryId: string): string {
  return `${ENDED_CHANNELS}${queryId}`;
}

/** The field of a query's job, beside BullMQ's own, that says how many turns it has had. */
export const TURNS_FIELD = "turns";

const ENDED_CHANNELS = `${KEY_PREFIX}:ended:`;

/**
 * What follows from an end: the query's removal is set, those who wait are told, and its flow is put
 * right. The flow's average follows its queries (a tenth of each), and what the query cost more or less
 * than it was charged (`owed`) moves the place of the flow's next one.
 */
const CLOSE = `
local function close(fair, deadlines, retired, member, id, seconds, flow, work, owed)
  redis.call('ZADD', retired, redis.call('TIME')[1] + seconds, member)
  redis.call('ZREM', deadlines, id)
  redis.call('PUBLISH', '${ENDED_CHANNELS}' .. id, '')
  if flow ~= '' then
    local cost, finish = 'cost:' .. flow, 'finish:' .. flow
    local share = redis.call('HMGET', fair, cost, finish)
    redis.call('HSET', fair, cost, string.format('%.6f', 0.9 * (share[1] or work) + 0.1 * work),
      finish, string.format('%.6f', (share[2] or 0) + owed))
  end
end
`;

/**
 * Records one step, once, for whoever holds the job's lock, and all that belongs to it: the observation
 * that the turn has read, and the end that it brings.
 *
 * KEYS: transcript, job, fair share, and, if the query ends by this, deadlines and retired
 * ARGV: lock token, field that must stand or '', part of the job that holds the child's result and the
 *       field of it there or '', virtual start of the query or '' when this is not its first turn,
 *       turns of the query with this one or '' when this is none, place of the last of the following in
 *       ARGV, fields and values to write ..., and, if the query ends by this, what `close` takes behind
 *       its keys
 * Returns 1 recorded, 0 void, -1 the lock is not the caller's.
 *
 * The first of the fields must not stand, and the one before it must: after Redis has lost the tail of
 * its log, the caller may know steps that the transcript no longer has, and under the same lock token.
 *
 * A query that has said something goes ahead of every fresh one from here on, and the virtual time of
 * its model has come as far as its place. Its job tells tool-workers, who may not read transcripts, how
 * many turns it has had.
 *
 * A child's result leaves its parent: the observation stands in the transcript from here on, and the
 * parent would otherwise carry, and every resumption read, all results of all earlier steps.
 */
export const RECORD_STEP = new LuaScript(`${CLOSE}
if redis.call('GET', KEYS[2] .. ':lock') ~= ARGV[1] then return -1 end
local stands = redis.call('HMGET', KEYS[1], 'end', ARGV[8], ARGV[2])
if stands[1] or stands[2] or ARGV[2] ~= '' and not stands[3] then return 0 end
local last = tonumber(ARGV[7])
redis.call('HSET', KEYS[1], unpack(ARGV, 8, last))
if ARGV[4] ~= '' then redis.call('HDEL', KEYS[2] .. ARGV[3], ARGV[4]) end
if #ARGV == last and ARGV[6] ~= '' then
  redis.call('HSET', KEYS[2], 'priority', ${PRIORITY.resumed}, '${TURNS_FIELD}', ARGV[6])
end
if ARGV[5] ~= '' then
  local now = redis.call('HGET', KEYS[3], 'now')
  if not now or tonumber(ARGV[5]) > tonumber(now) then redis.call('HSET', KEYS[3], 'now', ARGV[5]) end
end
if #ARGV > last then close(KEYS[3], KEYS[4], KEYS[5], unpack(ARGV, last + 1)) end
return 1
`);

/** Where the fields to write begin in the arguments of {@link RECORD_STEP}, counted from 1. */
export const FIELDS_FROM = 8;

/**
 * Ends a query, once, whoever holds it.
 *
 * KEYS: transcript, fair share, deadlines, retired
 * ARGV: the end, and what `close` takes behind `member`
 * Returns false when this is the end or the query is not known (any more), else the end that stands.
 */
export const END_QUERY = new LuaScript(`${CLOSE}
local stands = redis.call('HMGET', KEYS[1], 'end', 'model', 'tenant')
if stands[1] then return stands[1] end
if not stands[2] then return false end
redis.call('HSET', KEYS[1], 'end', ARGV[1])
close(KEYS[2], KEYS[3], KEYS[4], stands[2] .. ' ' .. (stands[3] or 'default') .. ' ' .. ARGV[2], unpack(ARGV, 2))
return false
`);
