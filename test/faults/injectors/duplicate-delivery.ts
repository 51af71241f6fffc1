import type { Redis } from "@bullpen/redis";
import { until } from "../../testing/until.js";
import { type InjectedFault, injectFault } from "./injected-fault.js";
import { lockOf, queueKey } from "./queue-keys.js";

/**
 * Hands an active job out again while its worker works on it, as a stalled check does after a lock
 * ran out. KEYS: active, wait, marker, lock of the job    ARGV: job id    Returns 1 when it was active.
 */
const HAND_OUT_AGAIN = `
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[4])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[3], 0, '0')
return 1
`;

/** Delivers the query that a worker took last to whoever asks next, at once. */
export function deliverTwice(redis: Redis): Promise<InjectedFault> {
  return injectFault("duplicate delivery", "redis", async () => {
    const query = await until("an active query is handed out again", async () => {
      const [youngest] = await redis.lrange(queueKey("active"), 0, 0);
      if (youngest === undefined) return undefined;
      const keys = [queueKey("active"), queueKey("wait"), queueKey("marker"), lockOf(youngest)];
      return (await redis.eval(HAND_OUT_AGAIN, keys.length, ...keys, youngest)) === 1 && youngest;
    });
    return `${query} was handed out again while a worker held it`;
  });
}
