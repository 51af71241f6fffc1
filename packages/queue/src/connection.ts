import { Redis, type RedisOptions } from "ioredis";
import { coalesceWrites } from "./coalesce-writes.js";
import { watchConnection } from "./watch-connection.js";

/** Hash-tagged, so that every key of one installation lives on one Redis Cluster node. */
export const KEY_PREFIX = "{bullpen}";

/** Oldest Redis that has what the queues use. */
const OLDEST_REDIS = [6, 2] as const;

const LONGEST_RECONNECT_PAUSE_MS = 1_000;

/** Redis cannot be used as it is; the message says why and how to mend it. */
export class RedisSetupError extends Error {
  override readonly name = "RedisSetupError";
  /** Shown to the operator as it stands, without a stack trace. */
  readonly operatorMessage = true;
}

export interface ConnectOptions {
  /** `redis://` or `rediss://` URL, or the path of a Unix socket. */
  readonly url: string;
  /**
   * `fail-fast`: commands are refused while Redis is away (servers that answer somebody);
   * `wait`: commands wait for its return (workers).
   */
  readonly whenAway: "fail-fast" | "wait";
  readonly onError?: (error: Error) => void;
}

/**
 * A connection that comes back by itself within {@link LONGEST_RECONNECT_PAUSE_MS} of Redis' return.
 *
 * @throws {RedisSetupError} when Redis cannot be reached, refuses the credentials or is too old.
 */
export async function connectRedis(options: ConnectOptions): Promise<Redis> {
  await checkRedis(options.url);
  const settings: RedisOptions = {
    maxRetriesPerRequest: options.whenAway === "wait" ? null : 1,
    enableOfflineQueue: options.whenAway === "wait",
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_RECONNECT_PAUSE_MS),
    lazyConnect: true,
  };
  const redis = new Redis(options.url, settings);
  // Without a listener ioredis prints every lost connection to standard error.
  redis.on("error", (error: Error) => options.onError?.(error));
  coalesceWrites(redis);
  await redis.connect();
  watchConnection(redis);
  return redis;
}

/** Things about a Redis that put accepted work at risk, each a sentence; empty when all is well. */
export async function findRedisRisks(redis: Redis): Promise<string[]> {
  const risks: string[] = [];
  const settings = await readConfig(redis);
  if (!settings) return risks;
  if (settings.appendonly === "no") {
    risks.push("Redis runs without AOF (appendonly no): queries in flight are lost when it restarts.");
  }
  if (settings["maxmemory-policy"] && settings["maxmemory-policy"] !== "noeviction") {
    risks.push(
      `Redis may evict keys (maxmemory-policy ${settings["maxmemory-policy"]}): jobs can vanish. Set it to noeviction.`,
    );
  }
  return risks;
}

async function readConfig(redis: Redis): Promise<Record<string, string> | undefined> {
  try {
    const pairs = await Promise.all(
      ["appendonly", "maxmemory-policy"].map((name) => redis.config("GET", name)),
    );
    // ioredis types CONFIG's reply as unknown; it is a flat list of name and value.
    const flat = pairs.flat() as string[];
    return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ""]] : [])));
  } catch {
    // Managed services forbid CONFIG; then there is nothing to check.
    return undefined;
  }
}

async function checkRedis(url: string): Promise<void> {
  const probe = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
  });
  let lastError: Error | undefined;
  probe.on("error", (error: Error) => {
    lastError = error;
  });
  try {
    await probe.connect();
    checkVersion(await probe.info("server"), url);
  } catch (error) {
    if (error instanceof RedisSetupError) throw error;
    // `connect` rejects with a bare "Connection is closed."; the event before it says why.
    throw explain(lastError ?? (error instanceof Error ? error : new Error(String(error))), url);
  } finally {
    probe.disconnect();
  }
}

function checkVersion(info: string, url: string): void {
  // Valkey reports the Redis version that it is compatible with under the same name.
  const version = /^redis_version:(\d+)\.(\d+)\S*/m.exec(info);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major > OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor >= OLDEST_REDIS[1])) return;
  throw new RedisSetupError(
    `Redis at ${withoutPassword(url)} is version ${major}.${minor}; Bullpen needs ${OLDEST_REDIS.join(".")} or newer.`,
  );
}

function explain(error: NodeJS.ErrnoException, url: string): RedisSetupError {
  const where = `Redis at ${withoutPassword(url)}`;
  if (/NOAUTH|WRONGPASS|NOPERM/.test(error.message)) {
    return new RedisSetupError(
      `${where} refused the credentials (${error.message}). Put user and password in REDIS_URL: redis://user:password@host:6379`,
    );
  }
  return new RedisSetupError(
    `${where} cannot be reached (${error.code ?? error.message}). Start Redis there, or set REDIS_URL to where it runs.`,
  );
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, "//$1:***@");
}
