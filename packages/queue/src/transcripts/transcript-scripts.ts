import { PRIORITY } from "@bullpen/contracts";
import { KEY_PREFIX, LuaScript } from "@bullpen/redis/commands";

/**
 * The channel on which a query's end is announced, and the steps of one whose response is streamed. Messages can be
 * lost: whoever waits must also read.
 */
export function endedChannel(queryId: string): string {
  return `${ENDED_CHANNELS}${queryId}`;
}

/** The field of a query's job, besides BullMQ's own, that holds how many turns the query has had. */
export const TURNS_FIELD = "turns";

/** Longer than any batch runs. A turn that is recorded after its batch has ended leaves a count. */
const BUDGET_SECONDS = 30 * 86_400;

const ENDED_CHANNELS = `${KEY_PREFIX}:ended:`;

/** Follows from an end: the query is due to be removed after its retention, and waiting clients are told. */
const CLOSE = `
local function close(due, id, retention_seconds)
  redis.call('ZADD', due, (redis.call('TIME')[1] + retention_seconds) * 1000, id)
  redis.call('PUBLISH', '${ENDED_CHANNELS}' .. id, '')
end
`;

/**
 * Records one step, once, for the worker that holds the job's lock: a turn, with the observation that it has
 * read and the end that it brings, or the observation of a tool that ran in the worker.
 *
 * KEYS[1] transcript
 * KEYS[2] the query's job
 * KEYS[3] due queries
 * KEYS[4] usage of the tenant on this day
 * KEYS[5] days whose usage is to be stored
 * KEYS[6] tokens that the query's batch has used
 *
 * ARGV[1] lock token of the caller
 * ARGV[2] field that must exist, '' for none
 * ARGV[3] suffix of the job's key where BullMQ keeps the child's result, '' for none
 * ARGV[4] field of the child's result there, '' for none
 * ARGV[5] number of the query's turns including this one, '' if this is no turn
 * ARGV[6] id of the query if it ends by this, else ''
 * ARGV[7] seconds of retention if it ends by this, else ''
 * ARGV[8] whose usage it is, '' if this is no turn
 * ARGV[9] tokens of the turn's prompt
 * ARGV[10] tokens that the turn wrote
 * ARGV[11] member of the days whose usage is to be stored
 * ARGV[12] field of the batch's tokens, '' if the batch has no budget
 * ARGV[13] first field to write, which must not exist
 * ARGV[14] its value
 * ARGV[15 ...] further fields, each with its value
 *
 * Output:
 *   1  recorded
 *   0  nothing recorded: the query has ended, the first field exists or the expected one does not
 *  -1  nothing recorded: the caller does not hold the lock
 *
 * Events: publishes on the query's {@link endedChannel} if it ends by this.
 *
 * The expected field guards against a Redis that lost the tail of its log: the caller may then know steps that
 * the transcript no longer has, under a lock token that is still valid.
 *
 * A query that has had a turn goes ahead of every fresh one, so its job's priority changes. The job also tells
 * the number of turns to tool-workers, which may not read transcripts.
 *
 * What a turn has used is counted here, so that it is counted as often as it is recorded: once.
 *
 * The child's result is removed from the job: its observation is in the transcript now, and the job would
 * otherwise hold, and every resumption read, the results of all earlier steps.
 */
export const RECORD_STEP = new LuaScript(`${CLOSE}
local transcript, job, due, usage, usage_days, budget = unpack(KEYS)
local token, expected_field, result_part, result_field, turns, ended_id, retention_seconds = unpack(ARGV, 1, 7)
local usage_member, input_tokens, output_tokens, usage_day, budget_field = unpack(ARGV, 8, 12)
local first_field = ARGV[13]

if redis.call('GET', job .. ':lock') ~= token then return -1 end
local has_ended, is_recorded, is_expected = unpack(
  redis.call('HMGET', transcript, 'end', first_field, expected_field))
if has_ended or is_recorded then return 0 end
if expected_field ~= '' and not is_expected then return 0 end

redis.call('HSET', transcript, unpack(ARGV, 13))
if result_field ~= '' then redis.call('HDEL', job .. result_part, result_field) end
if ended_id ~= '' then
  close(due, ended_id, retention_seconds)
elseif turns ~= '' then
  redis.call('HSET', job, 'priority', ${PRIORITY.resumed}, '${TURNS_FIELD}', turns)
end
if usage_member ~= '' then
  local input = redis.call('HINCRBY', usage, 'input ' .. usage_member, input_tokens)
  redis.call('HINCRBY', usage, 'output ' .. usage_member, output_tokens)
  if turns == '1' then redis.call('HINCRBY', usage, 'queries ' .. usage_member, 1) end
  if input == tonumber(input_tokens) then redis.call('SADD', usage_days, usage_day) end
  if budget_field ~= '' then
    redis.call('HINCRBY', budget, budget_field, input_tokens + output_tokens)
    redis.call('EXPIRE', budget, ${BUDGET_SECONDS})
  end
end
return 1
`);

/**
 * Ends a query, once, whoever holds it.
 *
 * KEYS[1] transcript
 * KEYS[2] due queries
 *
 * ARGV[1] the end, as JSON
 * ARGV[2] id of the query
 * ARGV[3] seconds of retention
 *
 * Output: nil if this is the end now, or the query is unknown (then nothing is written); else the earlier end.
 *
 * Events: publishes on the query's {@link endedChannel} if this is the end now.
 */
export const END_QUERY = new LuaScript(`${CLOSE}
local transcript, due = KEYS[1], KEYS[2]
local new_end, id, retention_seconds = unpack(ARGV)

local earlier_end, model = unpack(redis.call('HMGET', transcript, 'end', 'model'))
if earlier_end then return earlier_end end
if not model then return false end
redis.call('HSET', transcript, 'end', new_end)
close(due, id, retention_seconds)
return false
`);
