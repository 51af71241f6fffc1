import type { Redis } from "ioredis";
import { KEY_PREFIX } from "../commands/key-prefix.js";
import { LuaScript } from "../commands/lua-script.js";
import { readKey } from "../commands/read-record.js";

export interface RequestGateOptions {
  readonly redis: Redis;
  /** What the gate protects: its state is stored under `{bullpen}:<name>`. */
  readonly name: string;
  /** Requests that all processes together may begin in a minute, evenly spaced. */
  readonly perMinute: number;
  /** Pause of all processes after a failure, in milliseconds, doubled at each that follows. Default: 1,000. */
  readonly backOffMs?: number;
  /** Failures in a row that open the circuit. Default: 5. */
  readonly threshold?: number;
  /** How long the circuit then stays open, doubled at each failed probe up to an hour. Default: 30,000. */
  readonly openMs?: number;
  /** The longest that a probe may take before another may go. Default: 30,000. */
  readonly probeMs?: number;
  /** Spreads pauses over half to one and a half of their length. Default: Math.random. */
  readonly random?: () => number;
}

/** `go`: after `waitMs` the request may go; `busy`: its turn is further away; `open`: no request may go. */
export interface Admission {
  readonly verdict: "go" | "busy" | "open";
  readonly waitMs: number;
}

export type CircuitState = "closed" | "open" | "half_open";

const LONGEST_BACK_OFF_MS = 60_000;
const LONGEST_OPEN_MS = 3_600_000;
/** State that nobody uses expires after a day: longer than any pause. A time further ahead than this is damage. */
const STATE_MS = 86_400_000;

/**
 * Redis' time, and a function that reads a field of the state as a number. A field that cannot be read, or that
 * is further ahead than any pause, counts as missing.
 */
const READ_STATE = `
local gate = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.pcall('HMGET', gate, 'next', 'failures', 'open_until', 'probe_until')
if fields.err then redis.call('DEL', gate) end
local function read(place)
  local value = tonumber(fields[place] or 0) or 0
  return value < now + ${STATE_MS} and value or 0
end
local next_turn, failures, open_until, probe_until = read(1), read(2), read(3), read(4)
`;

/**
 * Gives a request its turn.
 *
 * KEYS[1] the gate: a hash of `next` (when the next request may go), `failures` (in a row), `open_until` and
 *         `probe_until`; times are Redis' own, in milliseconds
 *
 * ARGV[1] milliseconds between two requests
 * ARGV[2] the longest that the request may wait, in milliseconds
 * ARGV[3] the longest that a probe may take, in milliseconds
 * ARGV[4] failures that open the circuit
 *
 * Output: the verdict, and milliseconds to wait: for the turn (`go`, `busy`) or for the next probe (`open`).
 */
const ADMIT = new LuaScript(`${READ_STATE}
local interval, longest_wait, probe, threshold = unpack(ARGV)

local turn = math.max(next_turn, now)
local is_probe = failures >= tonumber(threshold)
if is_probe then
  local closed_until = math.max(open_until, probe_until)
  if now < closed_until then return {'open', closed_until - now} end
end
if turn - now > tonumber(longest_wait) then return {'busy', turn - now} end
redis.call('HSET', gate, 'next', turn + tonumber(interval))
if is_probe then redis.call('HSET', gate, 'probe_until', turn + tonumber(probe)) end
redis.call('PEXPIRE', gate, ${STATE_MS})
return {'go', turn - now}
`);

/**
 * Records the result of a request that was admitted.
 *
 * KEYS[1] the gate, as above
 *
 * ARGV[1] 1 for success, 0 for failure
 * ARGV[2] failures that open the circuit
 * ARGV[3] pause after the first failure, in milliseconds
 * ARGV[4] the longest such pause
 * ARGV[5] how long the circuit is open at first, in milliseconds
 * ARGV[6] the longest that it is open
 * ARGV[7] factor that spreads pauses
 *
 * Output: nothing.
 */
const REPORT = new LuaScript(`${READ_STATE}
local success, threshold, back_off, longest_back_off, open, longest_open, spread = unpack(ARGV)

if success == '1' then
  redis.call('HDEL', gate, 'failures', 'open_until', 'probe_until')
  return
end
failures = failures + 1
redis.call('HSET', gate, 'failures', failures)
local pause = math.min(back_off * 2 ^ (failures - 1), tonumber(longest_back_off)) * spread
redis.call('HSET', gate, 'next', math.floor(math.max(next_turn, now + pause)))
local failed_probes = failures - tonumber(threshold)
if failed_probes >= 0 then
  local open_ms = math.min(open * 2 ^ failed_probes, tonumber(longest_open)) * spread
  redis.call('HSET', gate, 'open_until', math.floor(now + open_ms))
  redis.call('HDEL', gate, 'probe_until')
end
redis.call('PEXPIRE', gate, ${STATE_MS})
`);

/**
 * A rate limit and a circuit breaker that all processes share, for a server that refuses clients which ask too
 * often. Call {@link RequestGate.admit} before each request and {@link RequestGate.report} after it.
 */
export class RequestGate {
  readonly #options: Required<RequestGateOptions>;
  readonly #key: string;

  constructor(options: RequestGateOptions) {
    const defaults = { backOffMs: 1_000, threshold: 5, openMs: 30_000, probeMs: 30_000, random: Math.random };
    this.#options = { ...defaults, ...options };
    this.#key = `${KEY_PREFIX}:${options.name}`;
  }

  /** Takes the next free turn, if it is at most `longestWaitMs` away. */
  async admit(longestWaitMs: number): Promise<Admission> {
    const { redis, perMinute, probeMs, threshold } = this.#options;
    const args = [Math.ceil(60_000 / perMinute), longestWaitMs, probeMs, threshold];
    // A cast: the script's own reply.
    const [verdict, waitMs] = (await ADMIT.run(redis, [this.#key], args)) as [Admission["verdict"], number];
    return { verdict, waitMs };
  }

  /** Records whether a request that was admitted succeeded. */
  async report(succeeded: boolean): Promise<void> {
    const { redis, threshold, backOffMs, openMs, random } = this.#options;
    const pauses = [backOffMs, LONGEST_BACK_OFF_MS, openMs, LONGEST_OPEN_MS, 0.5 + random()];
    await REPORT.run(redis, [this.#key], [succeeded ? 1 : 0, threshold, ...pauses]);
  }

  async state(): Promise<CircuitState> {
    const { redis, threshold } = this.#options;
    const reply = redis.hmget(this.#key, "failures", "open_until");
    const [failures, openUntil] = await readKey(reply, []);
    if (Number(failures ?? 0) < threshold) return "closed";
    const [seconds] = await redis.time();
    return Number(seconds) * 1_000 < Number(openUntil ?? 0) ? "open" : "half_open";
  }
}
