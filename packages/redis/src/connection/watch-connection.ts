import type { Redis } from "ioredis";
import { PROBE } from "./probe.js";

const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 4_000;

/**
 * Drops a connection whose other end has gone without a word (a lost host, a firewall that forgot the
 * connection), so that it is made anew: TCP alone would notice after minutes. The same goes for one whose
 * Redis takes no writes any more, which a process that only reads would not notice. Ends with the connection.
 *
 * @param subscribes whether the connection listens to channels: then it can send nothing but a ping.
 */
export function watchConnection(redis: Redis, subscribes = false): void {
  let waiting = false;
  const timer = setInterval(() => {
    if (waiting || redis.status !== "ready") return;
    waiting = true;
    const silence = setTimeout(() => redis.disconnect(true), SILENCE_MS);
    (subscribes ? redis.ping() : redis.call(...PROBE))
      .catch(() => {}) // the connection has said so itself, or is made again for this error
      .finally(() => {
        clearTimeout(silence);
        waiting = false;
      });
  }, HEARTBEAT_MS);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
}
