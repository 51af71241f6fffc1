import { KEY_PREFIX, LuaScript, type Redis, readKey } from "@bullpen/redis";
import type { ProviderName } from "./search-provider.js";

export interface ProviderGateOptions {
  readonly redis: Redis;
  readonly provider: ProviderName;
  /** Searches that all tool-workers together may begin in a minute, evenly spaced. */
  readonly perMinute: number;
  /** Pause of all after a failure, doubled at each that follows. Default 1,000. */
  readonly backOffMs?: number;
  /** Failures in a row that open the circuit. Default 5. */
  readonly threshold?: number;
  /** How long it then stays open, doubled at each failed probe up to an hour. Default 30,000. */
  readonly openMs?: number;
  /** Longest that a probe may take before another may go. Default 30,000. */
  readonly probeMs?: number;
  /** Spreads pauses over half to one and a half of their length. Default Math.random. */
  readonly random?: () => number;
}

/** `go`: after `waitMs` the request may go; `busy`: its turn is further away; `open`: leave it alone. */
export interface Admission {
  readonly verdict: "go" | "busy" | "open";
  readonly waitMs: number;
}

export type CircuitState = "closed" | "open" | "half_open";

const LONGEST_BACK_OFF_MS = 60_000;
const LONGEST_OPEN_MS = 3_600_000;

/**
 * Redis' time, and the provider's fields as numbers. What cannot be read, or lies further ahead than any
 * pause, counts as not there.
 */
const READ_STATE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.pcall('HMGET', KEYS[1], 'next', 'failures', 'open_until', 'probe_until')
if fields.err then redis.call('DEL', KEYS[1]) end
local function state(place)
  local value = tonumber(fields[place] or 0) or 0
  return value < now + 86400000 and value or 0
end
`;

/**
 * One provider's state, shared by all tool-workers: when the next request may go, how many have failed in a
 * row, until when it is left alone. Times are Redis' own.
 *
 * KEYS: the provider's hash. ARGV: ms between requests, longest wait, ms of a probe, threshold.
 * Returns the verdict and the milliseconds to wait.
 */
const ADMIT = new LuaScript(`${READ_STATE}
local at = math.max(state(1), now)
local probes = state(2) >= tonumber(ARGV[4])
if probes then
  local closed_until = math.max(state(3), state(4))
  if now < closed_until then return {'open', closed_until - now} end
end
if at - now > tonumber(ARGV[2]) then return {'busy', at - now} end
redis.call('HSET', KEYS[1], 'next', at + tonumber(ARGV[1]))
if probes then redis.call('HSET', KEYS[1], 'probe_until', at + tonumber(ARGV[3])) end
redis.call('PEXPIRE', KEYS[1], 86400000)
return {'go', at - now}
`);

/** KEYS: the provider's hash. ARGV: 1 for success, threshold, back-off, longest, open, longest, spread. */
const REPORT = new LuaScript(`${READ_STATE}
if ARGV[1] == '1' then
  redis.call('HDEL', KEYS[1], 'failures', 'open_until', 'probe_until')
  return
end
local failures = state(2) + 1
redis.call('HSET', KEYS[1], 'failures', failures)
local over = failures - tonumber(ARGV[2])
local pause = math.min(ARGV[3] * 2 ^ (failures - 1), tonumber(ARGV[4])) * ARGV[7]
redis.call('HSET', KEYS[1], 'next', math.floor(math.max(state(1), now + pause)))
if over >= 0 then
  local open = math.min(ARGV[5] * 2 ^ over, tonumber(ARGV[6])) * ARGV[7]
  redis.call('HSET', KEYS[1], 'open_until', math.floor(now + open))
  redis.call('HDEL', KEYS[1], 'probe_until')
end
redis.call('PEXPIRE', KEYS[1], 86400000)
`);

/** Keeps all tool-workers together within what a provider puts up with. */
export class ProviderGate {
  readonly #options: Required<ProviderGateOptions>;
  readonly #key: string;

  constructor(options: ProviderGateOptions) {
    const defaults = { backOffMs: 1_000, threshold: 5, openMs: 30_000, probeMs: 30_000, random: Math.random };
    this.#options = { ...defaults, ...options };
    this.#key = `${KEY_PREFIX}:search:${options.provider}`;
  }

  /** Asks for the next free place, at most `longestWaitMs` away, and takes it. */
  async admit(longestWaitMs: number): Promise<Admission> {
    const { redis, perMinute, probeMs, threshold } = this.#options;
    const args = [Math.ceil(60_000 / perMinute), longestWaitMs, probeMs, threshold];
    // A cast: the script's own reply.
    const [verdict, waitMs] = (await ADMIT.run(redis, [this.#key], args)) as [Admission["verdict"], number];
    return { verdict, waitMs };
  }

  /** Says how a request that was admitted came out. */
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
