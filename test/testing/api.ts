import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "@bullpen/api/env";
import { startApi } from "@bullpen/api/start-api";
import { BullpenClient } from "@bullpen/client";
import { createLogger, type Logger } from "@bullpen/runtime";

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; typed loosely because tests read many shapes. */
  readonly body: Record<string, unknown> & {
    error?: { code: string; param: string | null; message: string };
  };
}

/** Requests as a test writes them, for tests of HTTP itself: malformed bodies, statuses, headers, the wire's shape. */
interface RawRequests {
  get(path: string): Promise<Reply>;
  /** Sends a string or bytes as they are, anything else as JSON. */
  post(path: string, body?: unknown): Promise<Reply>;
}

export interface TestApi {
  readonly url: string;
  /** Makes one attempt: an outage that a retry would hide fails the test. */
  readonly client: BullpenClient;
  readonly raw: RawRequests;
  stop(): Promise<void>;
}

/** The real api on a free port, in the test's own process. */
export async function startTestApi(
  redisUrl: string,
  overrides: Partial<Env> = {},
  logger: Logger = createLogger("api", "silent"),
): Promise<TestApi> {
  const dataDir = overrides.DATA_DIR ?? (await mkdtemp(join(tmpdir(), "bullpen-api-")));
  const env: Env = {
    REDIS_URL: redisUrl,
    HOST: "127.0.0.1",
    ALLOWED_HOSTS: [],
    LOG_LEVEL: "silent",
    SHUTDOWN_GRACE_SECONDS: 5,
    WATCHDOG_SECONDS: 0,
    API_PORT: 0,
    ALLOW_WITHOUT_KEYS: false,
    CORS_ORIGINS: [],
    KEEP_ALIVE_SECONDS: 75,
    MODEL: "scripted",
    ON_LIMIT: "answer",
    GUARDS: { repeats: true, failures: true },
    RETENTION_SECONDS: 600,
    AUDIT_RETENTION_DAYS: 90,
    DATA_DIR: dataDir,
    BATCH_LOCATIONS: [],
    MAX_FILE_BYTES: 8 * 2 ** 30,
    STORAGE_QUOTA_BYTES: 2 ** 40,
    WEBHOOKS_ALLOW_PRIVATE: false,
    WEBHOOKS_ALLOWED_NETWORKS: [],
    PRICE_CURRENCY: "USD",
    ...overrides,
  };
  const { url, stop } = await startApi(env, logger);
  return {
    url,
    client: new BullpenClient({ url, maxAttempts: 1 }),
    raw: rawRequests(url),
    stop: async () => {
      await stop();
      if (overrides.DATA_DIR === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function rawRequests(url: string): RawRequests {
  const send = async (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { method, headers, body: body ?? null });
    // A cast: whatever JSON comes is read field by field.
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Reply["body"],
    };
  };
  return {
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, isRaw(body) ? body : JSON.stringify(body)),
  };
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}
