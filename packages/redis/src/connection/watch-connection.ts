import type { Redis } from "ioredis";
import { PROBE } from "./probe.js";

const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 4_000;

/**
 * Drops a connection whose other end is gone silently (a lost host, a firewall that dropped the connection), so
 * that it is opened again: TCP alone would notice after minutes. Also drops one whose Redis no longer takes
 * writes, which a process that only reads would not notice. Ends with the connection.
 *
 * @param subscribes whether the connection is subscribed to channels: then it can only send a ping. Default: false.
 */
export function watchConnection(redis: Redis, subscribes = false): void {
  let waiting = false;
  const timer = setInterval(() => {
    if (waiting || redis.status !== "ready") return;
    waiting = true;
    const silence = setTimeout(() => redis.disconnect(true), SILENCE_MS);
    (subscribes ? redis.ping() : redis.call(...PROBE))
      .catch(() => {}) // the connection reports it itself, or is opened again for this error
      .finally(() => {
        clearTimeout(silence);
        waiting = false;
      });
  }, HEARTBEAT_MS);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
}
