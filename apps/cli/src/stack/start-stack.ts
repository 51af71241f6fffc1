import { join } from "node:path";
import { appEnvironment } from "./app-environment.js";
import { AppProcess } from "./app-process.js";
import type { DataFolder } from "./data-folder.js";
import { startEmbeddedRedis } from "./embedded-redis.js";

/** The processes of a stack, in the order in which they start. */
export const STACK_APPS = ["worker", "tool-worker", "batcher", "api", "dashboard"] as const;
export type StackApp = (typeof STACK_APPS)[number];

export interface StackOptions {
  readonly folder: DataFolder;
  /** An existing Redis; without one the stack runs its own. */
  readonly redisUrl: string | undefined;
  /** The environment of all processes. */
  readonly env: Readonly<Record<string, string>>;
  /** The ports to try first. One that is taken gives way to any free one, unless the user chose it. */
  readonly preferredPorts: Readonly<Partial<Record<"API_PORT" | "DASHBOARD_PORT", number>>>;
  readonly onProgress?: (message: string) => void;
}

export interface Stack {
  readonly apiUrl: string;
  readonly dashboardUrl: string;
  readonly redisUrl: string;
  readonly logFolder: string;
  process(app: StackApp): AppProcess;
  /** Stops everything in reverse order and releases the data folder. */
  stop(): Promise<void>;
}

/** Starts everything that answers queries on this machine; on failure nothing is left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops: (() => Promise<void>)[] = [() => options.folder.release()];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    return await startParts(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: StackOptions,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const redisUrl = options.redisUrl ?? (await startRedis(options, stops));
  const logFolder = join(options.folder.path, "logs");
  const dataDir = options.env.DATA_DIR ?? join(options.folder.path, "data");
  const processes = new Map<StackApp, AppProcess>();
  const start = async (app: StackApp) => {
    const started = await startApp(
      app,
      { ...options.env, DATA_DIR: dataDir, REDIS_URL: redisUrl },
      logFolder,
      options,
    );
    processes.set(app, started);
    stops.push(() => started.stop());
  };
  // The worker loads its model while the others start; a failure of one waits for the rest to settle.
  const results = await Promise.allSettled(STACK_APPS.map(start));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  const process = (app: StackApp) => {
    const found = processes.get(app);
    if (!found) throw new Error(`${app} is not part of the stack`);
    return found;
  };
  const apiUrl = process("api").url;
  await options.folder.describe({ api_url: apiUrl });
  return { apiUrl, dashboardUrl: process("dashboard").url, redisUrl, logFolder, process, stop };
}

async function startRedis(options: StackOptions, stops: (() => Promise<void>)[]): Promise<string> {
  options.onProgress?.("starting Redis");
  const redis = await startEmbeddedRedis(join(options.folder.path, "redis"));
  stops.push(() => redis.stop());
  await options.folder.describe({ redis: { pid: redis.pid, port: redis.port } });
  return redis.url;
}

const PORT_SETTINGS: Partial<Record<StackApp, "API_PORT" | "DASHBOARD_PORT">> = {
  api: "API_PORT",
  dashboard: "DASHBOARD_PORT",
};

async function startApp(
  app: StackApp,
  env: Record<string, string>,
  logFolder: string,
  options: StackOptions,
): Promise<AppProcess> {
  options.onProgress?.(`starting ${app}`);
  const portSetting = PORT_SETTINGS[app];
  const onRestart = (name: string, reason: string) =>
    options.onProgress?.(`${name} ended (${reason}) and starts again; its log is in ${logFolder}`);
  const launch = (ports: Record<string, string>) =>
    AppProcess.start({
      app,
      env: appEnvironment(app, { ...env, ...ports }),
      portSetting,
      logFolder,
      onRestart,
    });
  const preferred = portSetting && options.preferredPorts[portSetting];
  if (!portSetting || preferred === undefined) return launch({});
  try {
    return await launch({ [portSetting]: String(preferred) });
  } catch (error) {
    if (!String(error).includes("is taken")) throw error;
    return launch({ [portSetting]: "0" });
  }
}
