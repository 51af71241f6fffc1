import { setTimeout as sleep } from "node:timers/promises";
import { backoff, toError } from "@bullpen/base";
import { PemFileError } from "@bullpen/base/read-pem-file";
import { redact, registerSettings } from "@bullpen/contracts";
import { Redis } from "ioredis";
import { isUnusable } from "../health/redis-outage.js";
import { coalesceWrites } from "./coalesce-writes.js";
import { watchFailures } from "./connection-failure.js";
import { explainRedisError } from "./explain-redis-error.js";
import type { SentinelLogin } from "./find-master.js";
import {
  type RedisAddress,
  RedisSetupError,
  type RedisTarget,
  readRedisUrl,
  withPassword,
} from "./redis-url.js";
import { checkTlsFiles, type TlsFiles } from "./tls-files.js";
import { type Connector, usableConnector } from "./usable-connector.js";
import { watchConnection } from "./watch-connection.js";

/** Oldest Redis with everything that the queues use. */
const OLDEST_REDIS = [6, 2] as const;

/** A short outage must not become a long one; one attempt a second costs nothing. */
const LONGEST_RECONNECT_PAUSE_MS = 1_000;
const reconnectPause = backoff({ firstMs: 100, maxMs: LONGEST_RECONNECT_PAUSE_MS });

/** How long a start waits for a Redis that loads its data, and how often it checks. */
const LOADING_MS = 60_000;
const LOADING_CHECK_MS = 250;

export interface ConnectOptions {
  /** `redis://`, `redis+sentinel://` or `redis+cluster://` URL, `rediss` for TLS, or the path of a Unix socket. */
  readonly url: string;
  /** Where the URL holds none. */
  readonly password?: string | undefined;
  /** For `rediss://` and the like. */
  readonly tls?: TlsFiles;
  /** For `redis+sentinel://`, where the Sentinels themselves ask for a login. */
  readonly sentinel?: SentinelLogin;
  /**
   * `fail-fast`: commands are refused while Redis is away (servers that answer somebody);
   * `wait`: commands wait for its return (workers).
   */
  readonly whenAway: "fail-fast" | "wait";
  /** Called with each failed attempt to connect, too: about once a second while Redis is away. */
  readonly onError?: (error: Error) => void;
  /** Called whenever the connection can be used again. */
  readonly onReady?: () => void;
}

/**
 * A connection that reconnects by itself within a second of Redis' return, and follows the master through a
 * fail-over. A Redis that takes no writes (a replica, one that loads its data …) counts as away.
 *
 * @throws {RedisSetupError} when the URL is wrong, or Redis cannot be reached, refuses the credentials, takes
 * no writes or is too old.
 * @throws {PemFileError} when a file of `tls` cannot be used.
 */
export async function connectRedis(options: ConnectOptions): Promise<Redis> {
  const { url, tls = {}, sentinel = {} } = options;
  const address = readRedisUrl(url);
  checkSentinelLogin(sentinel, address);
  checkTlsFiles(tls, address.url);
  const target = withPassword(address.url, options.password);
  const Connector = usableConnector({ directory: address.directory, files: tls, sentinel });
  await checkServer(options, () => newProbe(target, Connector));
  const redis = new Redis(target.url, {
    ...target.options,
    maxRetriesPerRequest: options.whenAway === "wait" ? null : 1,
    enableOfflineQueue: options.whenAway === "wait",
    retryStrategy: (attempt) => reconnectPause(attempt),
    // The caller gets the error: a command that was part of a transaction must not be sent again alone.
    reconnectOnError: isUnusable,
    Connector,
    // The tool-worker's user may not run CLIENT SETINFO.
    disableClientInfo: true,
    lazyConnect: true,
  });
  // Without a listener ioredis prints every lost connection to standard error.
  redis.on("error", (error: Error) => options.onError?.(error));
  redis.on("ready", () => options.onReady?.());
  watchFailures(redis);
  coalesceWrites(redis);
  await redis.connect();
  watchConnection(redis);
  return redis;
}

function checkSentinelLogin({ username, password }: SentinelLogin, { directory }: RedisAddress): void {
  registerSettings({ password });
  if (directory?.kind === "sentinel" || (username ?? password) === undefined) return;
  const name = password === undefined ? "REDIS_SENTINEL_USERNAME" : "REDIS_SENTINEL_PASSWORD";
  throw new RedisSetupError(
    `${name} is for Sentinels, and REDIS_URL does not begin with redis+sentinel://. Correct the URL, or leave ${name} out.`,
  );
}

function newProbe({ url, options }: RedisTarget, Connector: Connector): Redis {
  return new Redis(url, {
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    Connector,
  });
}

async function checkServer({ url, tls }: ConnectOptions, openProbe: () => Redis): Promise<void> {
  const until = Date.now() + LOADING_MS;
  for (;;) {
    try {
      return await checkServerOnce(openProbe(), url);
    } catch (error) {
      const isLoading = error instanceof Error && error.message.startsWith("LOADING");
      if (!isLoading || Date.now() > until) throw toSetupError(error, url, tls);
      await sleep(LOADING_CHECK_MS);
    }
  }
}

function toSetupError(error: unknown, url: string, tls: TlsFiles | undefined): Error {
  if (error instanceof RedisSetupError || error instanceof PemFileError) return error;
  return explainRedisError(toError(error), url, tls);
}

async function checkServerOnce(probe: Redis, url: string): Promise<void> {
  let lastError: Error | undefined;
  probe.on("error", (error: Error) => {
    lastError = error;
  });
  try {
    await probe.connect();
    checkInfo(await probe.info("server"), url);
  } catch (error) {
    // `connect` rejects with "Connection is closed." alone; the error event before it says why.
    throw error instanceof RedisSetupError ? error : (lastError ?? error);
  } finally {
    probe.disconnect();
  }
}

function checkInfo(info: string, url: string): void {
  // Valkey says server_mode.
  if (/^(?:redis|server)_mode:sentinel/m.test(info)) {
    throw new RedisSetupError(
      `${redact(url)} is a Sentinel. Begin REDIS_URL with redis+sentinel:// and end it in the name of the master, such as redis+sentinel://host:26379,host:26379/mymaster.`,
    );
  }
  // Valkey reports the Redis version that it is compatible with under the same name.
  const version = /^redis_version:(\d+)\.(\d+)\S*/m.exec(info);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major > OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor >= OLDEST_REDIS[1])) return;
  throw new RedisSetupError(
    `Redis at ${redact(url)} is version ${major}.${minor}; Bullpen needs ${OLDEST_REDIS.join(".")} or newer.`,
  );
}
