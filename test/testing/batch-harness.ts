import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env as ApiEnv } from "@bullpen/api/env";
import type { Env as BatcherEnv } from "@bullpen/batcher/env";
import { startBatcher } from "@bullpen/batcher/start-batcher";
import type { BullpenClient } from "@bullpen/client";
import { createLogger } from "@bullpen/runtime";
import { manifestSchema } from "@bullpen/storage";
import { type AgentHarness, type AgentHarnessOptions, startAgentHarness } from "./agent-harness.js";
import { startTestApi, type TestApi } from "./api.js";

export interface BatchHarnessOptions extends AgentHarnessOptions {
  readonly api?: Partial<ApiEnv>;
  readonly batcher?: Partial<BatcherEnv>;
  /** Default: a folder of its own. */
  readonly dataDir?: string;
}

/** An agent harness with api, batcher and storage: all that batches need, in one process. */
export interface BatchHarness {
  readonly agents: AgentHarness;
  readonly api: TestApi;
  readonly client: BullpenClient;
  readonly dataDir: string;
  /** Stops the batcher; `startBatcher` gives another. */
  stopBatcher(): Promise<void>;
  startBatcher(): Promise<void>;
  /** Starts one more; the function returned stops it. */
  addBatcher(): Promise<() => Promise<void>>;
  /** Makes a batch's deadline come earlier. */
  backdate(id: string, milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startBatchHarness(options: BatchHarnessOptions): Promise<BatchHarness> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "bullpen-batches-")));
  const agents = await startAgentHarness(options);
  const api = await startTestApi(agents.redis.url, { DATA_DIR: dataDir, ...options.api });
  const env: BatcherEnv = {
    REDIS_URL: agents.redis.url,
    HOST: "127.0.0.1",
    ALLOWED_HOSTS: [],
    LOG_LEVEL: "silent",
    BATCHER_PORT: 0,
    DATA_DIR: dataDir,
    BATCH_LOCATIONS: [],
    MODEL: "scripted",
    ON_LIMIT: "answer",
    GUARDS: { repeats: true, failures: true },
    RETENTION_SECONDS: 600,
    BATCH_LINES_IN_FLIGHT: 2_000,
    BATCH_CONCURRENCY: 8,
    WEBHOOKS_ALLOW_PRIVATE: false,
    WEBHOOKS_ALLOWED_NETWORKS: [],
    WEBHOOK_CONCURRENCY: 64,
    SHUTDOWN_GRACE_SECONDS: 5,
    WATCHDOG_SECONDS: 0,
    ...options.batcher,
  };
  const addBatcher = async () => {
    const batcher = await startBatcher(env, createLogger("batcher", "silent"));
    return () => batcher.stop();
  };
  let stopBatcher: (() => Promise<void>) | undefined;
  const stop = async () => {
    await stopBatcher?.();
    stopBatcher = undefined;
  };
  const start = async () => {
    stopBatcher = await addBatcher();
  };
  await start();
  return {
    agents,
    api,
    client: api.client,
    dataDir,
    stopBatcher: stop,
    startBatcher: start,
    addBatcher,
    backdate: async (id, milliseconds) => {
      const path = join(dataDir, "batches/default", id, "manifest.json");
      const manifest = manifestSchema.parse(JSON.parse(await readFile(path, "utf8")));
      await writeFile(path, JSON.stringify({ ...manifest, expires_at: manifest.expires_at - milliseconds }));
    },
    stop: async () => {
      await api.stop();
      await stop();
      await agents.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
