import { type ChildProcess, spawn } from "node:child_process";
import type { ReadyMessage } from "./run-process.js";
import { StartupError } from "./startup-error.js";

export interface SupervisedProcessOptions {
  /** What it is called in messages. */
  readonly name: string;
  /** The compiled script that it runs; one that goes through `runProcess`. */
  readonly entry: string;
  readonly workingFolder: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** The setting that names its port: it keeps the port that it got when it starts again. */
  readonly portSetting?: string;
  /** Takes what it writes to standard error. */
  readonly onOutput: (chunk: Buffer) => void;
  /** Called when it died and will be started again. */
  readonly onRestart?: (name: string, reason: string) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A process that ran this long before it died starts again without a longer pause. */
const STEADY_MS = 60_000;

/** A process of ours, started again with growing pauses whenever it dies. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  #child: ChildProcess | undefined;
  #url = "";
  #ready = false;
  #stopping = false;
  #pauseMs = FIRST_PAUSE_MS;
  #startedAt = 0;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Where it listens; of a process that is being started again, where it did. */
  get url(): string {
    return this.#url;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether it has said that it is ready, and lives. */
  get isReady(): boolean {
    return this.#ready;
  }

  /**
   * Starts it for the first time and waits until it is ready. When it does not get there it is not
   * tried again, unless {@link restartLater} says so.
   *
   * @throws {StartupError} with what the process said.
   */
  async start(): Promise<void> {
    await this.#launch();
  }

  /** Starts it (again) after a pause, and from then on until it runs. */
  restartLater(reason: string): void {
    if (this.#stopping) return;
    this.#options.onRestart?.(this.name, reason);
    if (Date.now() - this.#startedAt > STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    this.#restart = setTimeout(() => {
      this.#launch().catch((error: unknown) =>
        this.restartLater(error instanceof Error ? error.message : String(error)),
      );
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** Asks it to stop and waits until it is gone. @param withinMs then it is killed. Default: never. */
  async stop(withinMs?: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || !isAlive(child)) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    const timer = withinMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), withinMs);
    child.kill("SIGTERM");
    await gone;
    clearTimeout(timer);
  }

  /** Ends it at once, for good. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#child?.kill("SIGKILL");
  }

  async #launch(): Promise<void> {
    this.#startedAt = Date.now();
    const child = spawn(process.execPath, [this.#options.entry], {
      cwd: this.#options.workingFolder,
      env: { ...this.#options.env, ...this.#portKept() },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A process group of its own: Ctrl-C reaches us, and we stop the parts in order.
      detached: true,
    });
    this.#child = child;
    this.#url = await this.#untilReady(child);
    this.#ready = true;
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      this.#ready = false;
      this.restartLater(signal ?? `exit code ${code}`);
    };
    if (isAlive(child)) child.once("exit", onExit);
    else onExit(child.exitCode, child.signalCode);
  }

  #portKept(): Record<string, string> {
    const { portSetting } = this.#options;
    return portSetting && this.#url ? { [portSetting]: new URL(this.#url).port } : {};
  }

  #untilReady(child: ChildProcess): Promise<string> {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#options.onOutput(chunk);
      said = (said + chunk.toString()).slice(-8_192);
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      // "close", not "exit": only then has everything that it said arrived.
      child.once("close", () => reject(new StartupError(lastWords(this.name, said))));
      child.once("message", (message: ReadyMessage) => resolve(message.url));
    });
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** What a process said to its operator before it ended: its last lines that are not log records. */
function lastWords(name: string, said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("{"));
  return lines.length > 0
    ? lines.slice(-10).join("\n")
    : `The ${name} ended before it was ready; its log says why.`;
}
