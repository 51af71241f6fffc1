import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type ReadyMessage, StartupError } from "@bullpen/runtime";
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

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A process that ran this long before it died starts again without a pause. */
const STEADY_MS = 60_000;

/** A process of the stack, started again with growing pauses whenever it dies. */
export class AppProcess {
  readonly #options: AppProcessOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #url = "";
  #stopping = false;
  #pauseMs = FIRST_PAUSE_MS;
  #startedAt = 0;
  #restart: NodeJS.Timeout | undefined;

  /** @throws {StartupError} with what the process said, when it does not become ready. */
  static async start(options: AppProcessOptions): Promise<AppProcess> {
    await mkdir(options.logFolder, { recursive: true });
    const process = new AppProcess(options);
    try {
      await process.#launch();
    } catch (error) {
      process.#log.end();
      throw error;
    }
    return process;
  }

  private constructor(options: AppProcessOptions) {
    this.#options = options;
    this.#log = createWriteStream(join(options.logFolder, `${options.app}.log`), { flags: "a" });
  }

  get url(): string {
    return this.#url;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Asks it to stop and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
    }
    this.#log.end();
  }

  async #launch(): Promise<void> {
    this.#startedAt = Date.now();
    const child = spawn(process.execPath, [appEntry(this.#options.app)], {
      cwd: ROOT,
      env: { ...this.#options.env, ...this.#portKept() },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A process group of its own: Ctrl-C reaches us, and we stop the parts in order.
      detached: true,
    });
    this.#child = child;
    this.#url = await this.#untilReady(child);
    child.once("exit", (code, signal) => this.#relaunch(signal ?? `exit code ${code}`));
  }

  #portKept(): Record<string, string> {
    const { portSetting } = this.#options;
    return portSetting && this.#url ? { [portSetting]: new URL(this.#url).port } : {};
  }

  #untilReady(child: ChildProcess): Promise<string> {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#log.write(chunk);
      said = (said + chunk.toString()).slice(-8_192);
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      // "close", not "exit": only then has everything that it said arrived.
      child.once("close", () => reject(new StartupError(lastWords(this.#options.app, said))));
      child.once("message", (message: ReadyMessage) => resolve(message.url));
    });
  }

  #relaunch(reason: string): void {
    if (this.#stopping) return;
    this.#options.onRestart?.(this.#options.app, reason);
    if (Date.now() - this.#startedAt > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#restart = setTimeout(() => {
      this.#launch().catch((error: unknown) =>
        this.#relaunch(error instanceof Error ? error.message : String(error)),
      );
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** What a process said to its operator before it ended: its last lines that are not log records. */
function lastWords(app: string, said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("{"));
  return lines.length > 0
    ? lines.slice(-10).join("\n")
    : `The ${app} ended before it was ready; its log says why.`;
}
