import { join } from "node:path";
import {
  CLOSE_SECONDS,
  parseEnv,
  SupervisedProcess,
  supervisionSettings,
  VLLM_CLOSE_SECONDS,
} from "@bullpen/runtime";
import { z } from "zod";
import { appEntry, WORKING_FOLDER } from "../paths.js";
import { LogFile } from "./log-file.js";
import { showLog } from "./show-log.js";

interface AppProcessOptions {
  readonly app: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** The setting that names its port: it keeps the port that it got when it starts again. */
  readonly portSetting?: string | undefined;
  /** Where its log goes, as `<app>.log`. */
  readonly logFolder: string;
  /** Called with each new process, and when that is gone. */
  readonly onProcess?: (pid: number, event: "started" | "gone") => void;
  /** Called when it had to be restarted. */
  readonly onRestart?: (app: string, reason: string) => void;
}

/** The settings of the process that bound its stop; its supervisor reads them too. */
const supervisionSchema = z.object(supervisionSettings);

/** How long a process may take to stop before it is killed: a little longer than its own settings allow. */
export function stopSeconds(env: Readonly<Record<string, string>>): number {
  const closeSeconds = CLOSE_SECONDS + (env.ENGINE === "vllm" ? VLLM_CLOSE_SECONDS : 0);
  return parseEnv(supervisionSchema, env).SHUTDOWN_GRACE_SECONDS + closeSeconds + MARGIN_SECONDS;
}

/** A process ends itself after {@link CLOSE_SECONDS}, a fleet of workers a little later. */
const MARGIN_SECONDS = 5;

/** How long a fleet of workers may take to kill its processes. */
const KILL_MS = 500;

/** A process of the stack with its log, started again with growing pauses whenever it dies. */
export class AppProcess {
  readonly #process: SupervisedProcess;
  readonly #log: LogFile;
  readonly #stopMs: number;

  /** @throws {StartupError} with what the process said, when it does not become ready. */
  static async start(options: AppProcessOptions): Promise<AppProcess> {
    const app = new AppProcess(options);
    await app.start();
    return app;
  }

  constructor({ app, logFolder, env, portSetting, onProcess, onRestart }: AppProcessOptions) {
    const log = new LogFile(join(logFolder, `${app}.log`));
    this.#log = log;
    const show = env.LOG_FORMAT === "pretty" ? showLog() : undefined;
    this.#stopMs = stopSeconds(env) * 1_000;
    this.#process = new SupervisedProcess({
      name: app,
      entry: appEntry(app),
      workingFolder: WORKING_FOLDER,
      env,
      watchdogSeconds: parseEnv(supervisionSchema, env).WATCHDOG_SECONDS,
      onOutput: (chunk) => {
        log.write(chunk);
        show?.(chunk);
      },
      ...(portSetting && { portSetting }),
      ...(onProcess && { onProcess }),
      ...(onRestart && { onRestart }),
    });
  }

  get url(): string {
    return this.#process.url;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** @throws {StartupError} with what the process said, when it does not become ready. */
  async start(): Promise<void> {
    try {
      await this.#process.start();
    } catch (error) {
      this.#log.end();
      throw error;
    }
  }

  /** Asks it to stop, kills it at the end of its time, and waits until it is gone. */
  async stop(): Promise<void> {
    await this.#process.stop(this.#stopMs);
    this.#log.end();
  }

  /** Ends it at once. */
  kill(): void {
    this.#process.kill(KILL_MS);
  }
}
