import type { Redis } from "ioredis";
import { findRedisOutage } from "../health/redis-outage.js";

const failures = new WeakMap<Redis, Error>();

/** Remembers why a connection was lost, until it is back. */
export function watchFailures(redis: Redis): void {
  redis.on("error", (error: Error) => failures.set(redis, error));
  redis.on("ready", () => failures.delete(redis));
}

/** Why a connection cannot be used now, as a sentence; `undefined` while it can. */
export function connectionFailure(redis: Redis): string | undefined {
  if (redis.status === "ready") return undefined;
  const error = failures.get(redis);
  const outage = findRedisOutage(error) ?? "Redis is away";
  const [code] = /[A-Z][A-Z_]{3,}/.exec(error?.message ?? "") ?? [];
  const details = [...(code === undefined ? [] : [code]), `connection ${redis.status}`].join(", ");
  return `${outage.charAt(0).toUpperCase()}${outage.slice(1)} (${details}).`;
}
