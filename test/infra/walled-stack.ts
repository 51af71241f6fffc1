import { join } from "node:path";
import { AppProcess } from "@bullpen/cli/stack/app-process";
import { BullpenClient } from "@bullpen/client";
import { ModelServer } from "../testing/model-server.js";
import { ROOT } from "../testing/run-app.js";
import { TestS3Server } from "../testing/s3-server.js";
import { certificate, tlsFile } from "../testing/tls-files.js";
import type { ContainersRedis } from "./containers-redis.js";

/** The processes of Bullpen, each as its own user of Redis, with a bucket that speaks TLS too. */
export interface WalledStack {
  readonly client: BullpenClient;
  readonly model: ModelServer;
  readonly api: AppProcess;
  readonly dashboard: AppProcess;
  /** A second dashboard, which may change jobs. */
  readonly operators: AppProcess;
  readonly others: readonly AppProcess[];
  readonly logFolder: string;
  stop(): Promise<void>;
}

export async function startWalledStack(redis: ContainersRedis): Promise<WalledStack> {
  const model = new ModelServer("vllm", () => ({ content: "" }));
  const s3 = await TestS3Server.start({ tls: certificate("server") });
  const logFolder = join(redis.folder, "logs");
  const env = { ...settings(s3), LLM_BASE_URL: await model.start() };
  const started: AppProcess[] = [];
  const start = async (app: string, user: string, more: Readonly<Record<string, string>> = {}) => {
    const options = { app, env: { ...env, ...redis.settingsOf(user), ...more }, logFolder };
    const process = new AppProcess(options);
    started.push(process);
    await process.start();
    return process;
  };
  const stop = async () => {
    await Promise.all(started.map((process) => process.stop()));
    await model.stop();
    await s3.stop();
  };
  try {
    const [api, ...others] = await Promise.all(
      ["api", "batcher", "worker", "tool-worker"].map((app) => start(app, app)),
    );
    if (!api) throw new Error("the api is the first of them");
    const [dashboard, operators] = await Promise.all([
      start("dashboard", "dashboard", { API_URL: api.url }),
      start("dashboard", "dashboard-admin", { API_URL: api.url, DASHBOARD_READ_ONLY: "false" }),
    ]);
    const client = new BullpenClient({ url: api.url });
    return { client, model, api, dashboard, operators, others, logFolder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settings(s3: TestS3Server): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    API_PORT: "0",
    DASHBOARD_PORT: "0",
    LLM_MODEL: "mistralai/Mixtral-8x7B-Instruct-v0.1",
    MODEL_NAME: "m",
    SEARCH_PROVIDER: "local",
    SEARCH_DOCUMENTS: join(ROOT, "examples/documents"),
    S3_BUCKET: s3.bucket,
    S3_ENDPOINT: s3.endpoint,
    S3_CA_FILE: tlsFile("authority.pem"),
    S3_ACCESS_KEY_ID: "id",
    S3_SECRET_ACCESS_KEY: "key",
    WEBHOOKS_ALLOW_PRIVATE: "true",
    // Counts of both are in Redis.
    TENANT_REQUESTS_PER_MINUTE: "100000",
    TENANT_QUEUED_QUERIES: "1000",
    TENANT_TOKENS_PER_DAY: "100000000",
    SHUTDOWN_GRACE_SECONDS: "1",
  };
}
