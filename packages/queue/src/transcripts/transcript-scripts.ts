import { PRIORITY } from "@bullpen/contracts";
import { KEY_PREFIX, LuaScript } from "@bullpen/redis/commands";

/** The channel on which a query's end is announced. Lossy: whoever waits must also look. */
export function endedChannel(queryId: string): string {
  return `${ENDED_CHANNELS}${queryId}`;
}

/** The field of a query's job, beside BullMQ's own, that says how many turns it has had. */
export const TURNS_FIELD = "turns";

const ENDED_CHANNELS = `${KEY_PREFIX}:ended:`;

/** What follows from an end: what is due of the query is its removal now, and those who wait are told. */
const CLOSE = `
local function close(due, id, seconds)
  redis.call('ZADD', due, (redis.call('TIME')[1] + seconds) * 1000, id)
  redis.call('PUBLISH', '${ENDED_CHANNELS}' .. id, '')
end
`;

/**
 * Records one step, once, for whoever holds the job's lock, and all that belongs to it: the observation
 * that the turn has read, and the end that it brings.
 *
 * KEYS: transcript, job, and, if the query ends by this, due queries
 * ARGV: lock token, field that must stand or '', part of the job that holds the child's result and the
 *       field of it there or '', turns of the query with this one or '' when this is none, place of the
 *       last of the following in ARGV, fields and values to write ..., and, if the query ends by this,
 *       what `close` takes behind its key
 * Returns 1 recorded, 0 void, -1 the lock is not the caller's.
 *
 * The first of the fields must not stand, and the one before it must: after Redis has lost the tail of
 * its log, the caller may know steps that the transcript no longer has, and under the same lock token.
 *
 * A query that has said something goes ahead of every fresh one from here on. Its job tells tool-workers,
 * who may not read transcripts, how many turns it has had.
 *
 * A child's result leaves its parent: the observation stands in the transcript from here on, and the
 * parent would otherwise carry, and every resumption read, all results of all earlier steps.
 */
export const RECORD_STEP = new LuaScript(`${CLOSE}
if redis.call('GET', KEYS[2] .. ':lock') ~= ARGV[1] then return -1 end
local stands = redis.call('HMGET', KEYS[1], 'end', ARGV[7], ARGV[2])
if stands[1] or stands[2] or ARGV[2] ~= '' and not stands[3] then return 0 end
local last = tonumber(ARGV[6])
redis.call('HSET', KEYS[1], unpack(ARGV, 7, last))
if ARGV[4] ~= '' then redis.call('HDEL', KEYS[2] .. ARGV[3], ARGV[4]) end
if #ARGV > last then
  close(KEYS[3], unpack(ARGV, last + 1))
elseif ARGV[5] ~= '' then
  redis.call('HSET', KEYS[2], 'priority', ${PRIORITY.resumed}, '${TURNS_FIELD}', ARGV[5])
end
return 1
`);

/** Where the fields to write begin in the arguments of {@link RECORD_STEP}, counted from 1. */
export const FIELDS_FROM = 7;

/**
 * Ends a query, once, whoever holds it.
 *
 * KEYS: transcript, due queries
 * ARGV: the end, and what `close` takes behind its key
 * Returns false when this is the end or the query is not known (any more), else the end that stands.
 */
export const END_QUERY = new LuaScript(`${CLOSE}
local stands = redis.call('HMGET', KEYS[1], 'end', 'model')
if stands[1] then return stands[1] end
if not stands[2] then return false end
redis.call('HSET', KEYS[1], 'end', ARGV[1])
close(KEYS[2], unpack(ARGV, 2))
return false
`);
