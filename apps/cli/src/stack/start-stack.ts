import { join } from "node:path";
import { StartupError } from "@bullpen/runtime";
import { appEnvironment } from "./app-environment.js";
import { AppProcess, stopSeconds } from "./app-process.js";
import { type DataFolder, REDIS_FOLDER } from "./data-folder.js";
import { OrphanGuard } from "./orphan-guard.js";
import { SupervisedRedis } from "./supervised-redis.js";

/** The processes of a stack, in the order in which they start. */
export const STACK_APPS = ["worker", "tool-worker", "batcher", "api", "dashboard"] as const;
export type StackApp = (typeof STACK_APPS)[number];

interface StackOptions {
  readonly folder: DataFolder;
  /** An existing Redis; without one the stack runs its own. */
  readonly redisUrl: string | undefined;
  /** The environment of all processes. */
  readonly env: Readonly<Record<string, string>>;
  /** The ports to try first. One that is taken gives way to any free one, unless the user chose it. */
  readonly preferredPorts: Readonly<Partial<Record<"API_PORT" | "DASHBOARD_PORT", number>>>;
  readonly onProgress?: (message: string) => void;
  /** Ends the start: what runs by then is stopped. */
  readonly stopSignal?: AbortSignal;
  /** Kills everything at once, during the start, the run or the stop. */
  readonly killSignal?: AbortSignal;
}

export interface Stack {
  readonly apiUrl: string;
  readonly dashboardUrl: string;
  readonly redisUrl: string;
  readonly logFolder: string;
  process(app: StackApp): AppProcess;
  /**
   * Stops the processes in parallel, since none needs another to stop, then Redis, and releases the data
   * folder. A process that does not end in time is killed.
   */
  stop(): Promise<void>;
}

/**
 * Starts everything that answers queries on this machine; on failure nothing is left running.
 *
 * @throws {StartupError} when a part does not start, or `stopSignal` ended the start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const parts = new StackParts(options);
  const stop = () => void parts.stop();
  const { stopSignal, killSignal } = options;
  killSignal?.addEventListener("abort", () => parts.kill(), { once: true });
  stopSignal?.addEventListener("abort", stop, { once: true });
  try {
    if (stopSignal?.aborted) throw new StartupError(INTERRUPTED);
    await parts.start();
  } catch (error) {
    await parts.stop();
    throw stopSignal?.aborted ? new StartupError(INTERRUPTED) : error;
  } finally {
    stopSignal?.removeEventListener("abort", stop);
  }
  return {
    apiUrl: parts.process("api").url,
    dashboardUrl: parts.process("dashboard").url,
    redisUrl: parts.redisUrl,
    logFolder: parts.logFolder,
    process: (app) => parts.process(app),
    stop: () => parts.stop(),
  };
}

const INTERRUPTED = "The start was interrupted; nothing is left running.";

const PORT_SETTINGS: Partial<Record<StackApp, "API_PORT" | "DASHBOARD_PORT">> = {
  api: "API_PORT",
  dashboard: "DASHBOARD_PORT",
};

/** Settings that the stack's own Redis, which is reached without a password, has no use for. */
const OF_ANOTHER_REDIS = {
  REDIS_PASSWORD: "",
  REDIS_PASSWORD_FILE: "",
  REDIS_SENTINEL_USERNAME: "",
  REDIS_SENTINEL_PASSWORD: "",
  REDIS_SENTINEL_PASSWORD_FILE: "",
  REDIS_CA_FILE: "",
  REDIS_CERT_FILE: "",
  REDIS_KEY_FILE: "",
};

/** All that a stack has started, from its first process on, so that it can be ended at any time. */
class StackParts {
  readonly logFolder: string;
  readonly #options: StackOptions;
  readonly #apps = new Map<StackApp, AppProcess>();
  #guard: OrphanGuard | undefined;
  #redis: SupervisedRedis | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: StackOptions) {
    this.#options = options;
    this.logFolder = join(options.folder.path, "logs");
  }

  get redisUrl(): string {
    const url = this.#options.redisUrl ?? this.#redis?.url;
    if (url === undefined) throw new Error("Redis has not been started");
    return url;
  }

  process(app: StackApp): AppProcess {
    const found = this.#apps.get(app);
    if (!found) throw new Error(`${app} is not part of the stack`);
    return found;
  }

  async start(): Promise<void> {
    const { folder, redisUrl, env } = this.#options;
    this.#guard = new OrphanGuard({ graceSeconds: stopSeconds(env) });
    if (redisUrl === undefined) await this.#startRedis();
    const appEnv = {
      ...env,
      DATA_DIR: env.DATA_DIR ?? join(folder.path, "data"),
      ...this.#redisEnv(),
    };
    // The worker loads its model while the others start; a failure of one waits for the rest to settle.
    const results = await Promise.allSettled([
      ...STACK_APPS.filter((app) => app !== "api" && app !== "dashboard").map((app) =>
        this.#startApp(app, appEnv),
      ),
      this.#startApiAndDashboard(appEnv),
    ]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    await folder.describe({ api_url: this.process("api").url });
  }

  #redisEnv(): Readonly<Record<string, string>> {
    const { redisUrl, env } = this.#options;
    if (redisUrl === undefined) return { ...OF_ANOTHER_REDIS, REDIS_URL: this.redisUrl };
    // A URL that came from a file stays in it.
    return env.REDIS_URL_FILE ? {} : { REDIS_URL: redisUrl };
  }

  /** The dashboard shows what the api tells, wherever that listens. */
  async #startApiAndDashboard(env: Readonly<Record<string, string>>): Promise<void> {
    await this.#startApp("api", env);
    await this.#startApp("dashboard", { ...env, API_URL: this.process("api").url });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  kill(): void {
    for (const app of this.#apps.values()) app.kill();
    this.#redis?.kill();
    void this.stop();
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#apps.values()].map((app) => app.stop()));
    await this.#redis?.stop();
    this.#guard?.end();
    await this.#options.folder.release();
  }

  async #startRedis(): Promise<void> {
    const { folder } = this.#options;
    this.#progress("starting Redis");
    this.#redis = new SupervisedRedis({
      folder: join(folder.path, REDIS_FOLDER),
      onProcess: this.#tellGuard("redis"),
      onReady: async ({ pid, port }) => {
        // Only people read it; while there is no room for it the file keeps the old facts.
        await folder.describe({ redis: { pid, port } }).catch(() => {});
      },
      onRestart: (reason) => this.#progress(`Redis is started again (${reason})`),
    });
    await this.#redis.start();
  }

  async #startApp(app: StackApp, env: Readonly<Record<string, string>>): Promise<void> {
    this.#progress(`starting ${app}`);
    const portSetting = PORT_SETTINGS[app];
    const preferred = portSetting && this.#options.preferredPorts[portSetting];
    if (!portSetting || preferred === undefined) return this.#launch(app, env);
    try {
      await this.#launch(app, { ...env, [portSetting]: String(preferred) });
    } catch (error) {
      if (!String(error).includes("is taken")) throw error;
      await this.#launch(app, { ...env, [portSetting]: "0" });
    }
  }

  async #launch(app: StackApp, env: Readonly<Record<string, string>>): Promise<void> {
    if (this.#stopped) throw new StartupError(INTERRUPTED);
    const process = new AppProcess({
      app,
      env: appEnvironment(app, env),
      portSetting: PORT_SETTINGS[app],
      logFolder: this.logFolder,
      onProcess: this.#tellGuard("app"),
      onRestart: (name, reason) =>
        this.#progress(`${name} ended (${reason}) and starts again; its log is in ${this.logFolder}`),
    });
    this.#apps.set(app, process);
    await process.start();
  }

  #tellGuard(kind: "app" | "redis"): (pid: number, event: "started" | "gone") => void {
    return (pid, event) => {
      if (event === "started") this.#guard?.started(kind, pid);
      else this.#guard?.gone(pid);
    };
  }

  #progress(message: string): void {
    this.#options.onProgress?.(message);
  }
}
