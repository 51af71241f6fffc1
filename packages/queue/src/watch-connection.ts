import type { Redis } from "ioredis";

const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 4_000;

/**
 * Drops a connection whose other end has gone without a word (a lost host, a firewall that forgot the
 * connection), so that it is made anew: TCP alone would notice after minutes. Ends with the connection.
 */
export function watchConnection(redis: Redis): void {
  let waiting = false;
  const timer = setInterval(() => {
    if (waiting || redis.status !== "ready") return;
    waiting = true;
    const silence = setTimeout(() => redis.disconnect(true), SILENCE_MS);
    redis
      .ping()
      .catch(() => {}) // the connection has said so itself
      .finally(() => {
        clearTimeout(silence);
        waiting = false;
      });
  }, HEARTBEAT_MS);
  timer.unref();
  redis.once("end", () => clearInterval(timer));
}
