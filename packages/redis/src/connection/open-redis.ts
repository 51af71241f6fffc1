import type { Redis } from "ioredis";
import { OutageLog } from "../health/outage-log.js";
import { findRedisRisks } from "../health/redis-risks.js";
import { type ConnectOptions, connectRedis } from "./connect.js";
import { loginOf, type RedisSettings } from "./redis-settings.js";

export interface OpenRedisOptions extends Pick<ConnectOptions, "whenAway"> {
  readonly settings: RedisSettings;
  readonly logger: {
    warn(details: { err: Error }, message: string): void;
    warn(message: string): void;
    info(message: string): void;
  };
  /** What an error is logged under. Default: `redis`. */
  readonly label?: string;
  /** Whether risky settings of Redis are logged. Default: true; processes that hold no work leave it to others. */
  readonly reportsRisks?: boolean;
}

/**
 * The connection of a process, with its log: each outage once, and what of Redis' settings is a risk.
 *
 * @returns the connection, and the function that reports errors of whatever uses it.
 */
export async function openRedis({
  settings,
  whenAway,
  logger,
  label = "redis",
  reportsRisks = true,
}: OpenRedisOptions): Promise<{ redis: Redis; onError: (error: Error) => void }> {
  const { onError, onReady } = new OutageLog({
    onError: (error) => logger.warn({ err: error }, label),
    onEnd: () => logger.info("Redis can be used again"),
  });
  const redis = await connectRedis({
    url: settings.REDIS_URL,
    ...loginOf(settings),
    whenAway,
    onError,
    onReady,
  });
  if (reportsRisks) for (const risk of await findRedisRisks(redis)) logger.warn(risk);
  return { redis, onError };
}
