import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CLOSE_SECONDS, parseEnv, SupervisedProcess, supervisionSettings } from "@bullpen/runtime";
import { z } from "zod";
import { appEntry, ROOT } from "../paths.js";

export interface AppProcessOptions {
  readonly app: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** The setting that names its port: it keeps the port that it got when it starts again. */
  readonly portSetting?: string;
  /** Where its log goes, as `<app>.log`. */
  readonly logFolder: string;
  /** Called when it had to be restarted. */
  readonly onRestart?: (app: string, reason: string) => void;
}

/** What the process reads about its stop, its supervisor has to know as well. */
const supervisionSchema = z.object(supervisionSettings);

/** A process ends itself after {@link CLOSE_SECONDS}, a fleet of workers a little later. */
const MARGIN_SECONDS = 5;

/** A process of the stack with its log, started again with growing pauses whenever it dies. */
export class AppProcess {
  readonly #process: SupervisedProcess;
  readonly #log: WriteStream;
  readonly #stopMs: number;

  /** @throws {StartupError} with what the process said, when it does not become ready. */
  static async start(options: AppProcessOptions): Promise<AppProcess> {
    await mkdir(options.logFolder, { recursive: true });
    const started = new AppProcess(options);
    try {
      await started.#process.start();
    } catch (error) {
      started.#log.end();
      throw error;
    }
    return started;
  }

  private constructor(options: AppProcessOptions) {
    const { app, logFolder, env, portSetting, onRestart } = options;
    const log = createWriteStream(join(logFolder, `${app}.log`), { flags: "a" });
    this.#log = log;
    const supervision = parseEnv(supervisionSchema, env);
    this.#stopMs = (supervision.SHUTDOWN_GRACE_SECONDS + CLOSE_SECONDS + MARGIN_SECONDS) * 1_000;
    this.#process = new SupervisedProcess({
      name: app,
      entry: appEntry(app),
      workingFolder: ROOT,
      env,
      watchdogSeconds: supervision.WATCHDOG_SECONDS,
      onOutput: (chunk) => void log.write(chunk),
      ...(portSetting && { portSetting }),
      ...(onRestart && { onRestart }),
    });
  }

  get url(): string {
    return this.#process.url;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Asks it to stop and waits until it is gone. */
  async stop(): Promise<void> {
    await this.#process.stop(this.#stopMs);
    this.#log.end();
  }
}
