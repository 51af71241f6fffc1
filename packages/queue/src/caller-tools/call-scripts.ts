import { KEY_PREFIX, LuaScript } from "@bullpen/redis/commands";
import { TURNS_FIELD } from "../transcripts/transcript-scripts.js";

/** The channel on which a new call of a tenant is announced, by the tool's name. Messages can be lost. */
export function callChannel(tenant: string): string {
  return `${CHANNELS}${tenant}`;
}
const CHANNELS = `${KEY_PREFIX}:caller-call:`;

/** The field of a call's job, besides BullMQ's own, that holds the id of its last lease. */
const LEASE_FIELD = "lease";

const NOW = `
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * Whether a call has a result, or its query has gone on or ended. While the query waits for the call, the turn that
 * made it is the last.
 */
const IS_SETTLED = `
local function is_settled(query_job, processed, transcript, field, step)
  if redis.call('HEXISTS', processed, field) == 1 then return true end
  if redis.call('HEXISTS', transcript, 'end') == 1 then return true end
  return tonumber(redis.call('HGET', query_job, '${TURNS_FIELD}') or 0) > step + 1
end
`;

/**
 * Lists a call as waiting, once its job exists.
 *
 * KEYS[1] job of the call
 * KEYS[2] calls of the tool, by the time from which they may be handed out
 * KEYS[3] calls of the tenant
 * KEYS[4] calls with something due
 * KEYS[5] calls that are to be announced by webhooks
 * KEYS[6] transcript of the query
 *
 * ARGV[1] id of the call's job
 * ARGV[2] milliseconds after which the call expires, '' for never
 * ARGV[3] channel of the tenant
 * ARGV[4] name of the tool
 *
 * Output: 1 if it is listed now, 0 if it was before, or has no job.
 *
 * Events: publishes the tool's name on the channel.
 */
export const LIST_CALL = new LuaScript(`${NOW}
local job, of_tool, of_tenant, due, unannounced, transcript = unpack(KEYS)
local id, expires_after, channel, tool = unpack(ARGV)

if redis.call('EXISTS', job) == 0 then return 0 end
local now = now_ms()
if redis.call('HEXISTS', transcript, 'end') == 1 then
  -- The query was ended meanwhile: the sweep removes the call.
  redis.call('ZADD', due, now, id)
  return 0
end
if redis.call('ZADD', of_tool, 'NX', now, id) == 0 then return 0 end
redis.call('ZADD', of_tenant, 0, id)
redis.call('ZADD', unannounced, 'NX', now, id)
if expires_after ~= '' then redis.call('ZADD', due, 'NX', now + expires_after, id) end
redis.call('PUBLISH', channel, tool)
return 1
`);

/**
 * Hands a call out for a time.
 *
 * KEYS[1] job of the call
 * KEYS[2] calls of the tool
 * KEYS[3] calls of the tenant
 * KEYS[4] calls with something due
 * KEYS[5] job of the query
 * KEYS[6] results that the query's job has
 * KEYS[7] transcript of the query
 *
 * ARGV[1] id of the call's job
 * ARGV[2] field of the call among the results
 * ARGV[3] step of the call
 * ARGV[4] id of the lease
 * ARGV[5] milliseconds that it lasts
 *
 * Output: when the lease ends, in Unix milliseconds; nil if the call is leased, settled or gone.
 */
export const LEASE_CALL = new LuaScript(`${NOW}${IS_SETTLED}
local job, of_tool, of_tenant, due, query_job, processed, transcript = unpack(KEYS)
local id, field, step, lease, lease_ms = unpack(ARGV)

local now = now_ms()
local free_from = redis.call('ZSCORE', of_tool, id)
if not free_from or tonumber(free_from) > now then return false end
local is_gone = redis.call('EXISTS', job) == 0
if is_gone or is_settled(query_job, processed, transcript, field, tonumber(step)) then
  redis.call('ZREM', of_tool, id)
  redis.call('ZREM', of_tenant, id)
  redis.call('ZADD', due, now, id)
  return false
end
redis.call('ZADD', of_tool, now + lease_ms, id)
redis.call('HSET', job, '${LEASE_FIELD}', lease)
return tostring(now + lease_ms)
`);

/**
 * Changes how long the holder of a lease has a call.
 *
 * KEYS[1] job of the call
 * KEYS[2] calls of the tool
 *
 * ARGV[1] id of the call's job
 * ARGV[2] id of the lease
 * ARGV[3] milliseconds from now; 0 hands it back
 *
 * Output: when the lease ends, in Unix milliseconds; nil if the caller does not hold the call.
 */
export const EXTEND_LEASE = new LuaScript(`${NOW}
local job, of_tool = unpack(KEYS)
local id, lease, lease_ms = unpack(ARGV)

if redis.call('HGET', job, '${LEASE_FIELD}') ~= lease then return false end
if not redis.call('ZSCORE', of_tool, id) then return false end
local ends_at = now_ms() + lease_ms
redis.call('ZADD', of_tool, 'XX', ends_at, id)
if lease_ms == '0' then redis.call('HDEL', job, '${LEASE_FIELD}') end
return tostring(ends_at)
`);

/**
 * Writes the result of a call, once, to where BullMQ keeps what a job's children return. From here on the call is not
 * handed out any more. What remains is to remove its job, which resumes the query; until then the call is due.
 *
 * KEYS[1 ... 7] as of {@link LEASE_CALL}
 * KEYS[8] calls that are to be announced by webhooks
 *
 * ARGV[1] id of the call's job
 * ARGV[2] field of the call among the results
 * ARGV[3] step of the call
 * ARGV[4] the result
 *
 * Output: 'recorded'; or the earlier result after 'known '; or 'ended', or 'unknown'.
 */
export const SETTLE_CALL = new LuaScript(`${NOW}${IS_SETTLED}
local job, of_tool, of_tenant, due, query_job, processed, transcript, unannounced = unpack(KEYS)
local id, field, step, result = unpack(ARGV)

local earlier = redis.call('HGET', processed, field) or redis.call('HGET', transcript, step .. ':observation')
if earlier then return 'known ' .. earlier end
local is_unknown = redis.call('EXISTS', job) == 0
local is_over = is_settled(query_job, processed, transcript, field, tonumber(step))
if not is_unknown and not is_over then redis.call('HSET', processed, field, result) end
redis.call('ZREM', of_tool, id)
redis.call('ZREM', of_tenant, id)
redis.call('ZREM', unannounced, id)
if not is_unknown then redis.call('ZADD', due, now_ms(), id) end
if not is_unknown and not is_over then return 'recorded' end
return redis.call('HEXISTS', transcript, 'end') == 1 and 'ended' or 'unknown'
`);
