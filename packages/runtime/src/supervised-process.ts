import { type ChildProcess, spawn } from "node:child_process";
import { backoff, errorMessage } from "@bullpen/base";
import { isAlive, killGroup, stopGroup } from "./child-group.js";
import { fatalMessage, LAST_WORDS_BYTES, lastWords } from "./last-words.js";
import { explainLimit } from "./limits.js";
import type { ReadyMessage } from "./run-process.js";
import { StartupError } from "./startup-error.js";
import { watchAnswers } from "./watch-answers.js";

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
  /** How long the process's own watchdog waits (`WATCHDOG_SECONDS`); 0: it is never taken for stuck. */
  readonly watchdogSeconds: number;
  /** Takes what it writes to standard error. */
  readonly onOutput: (chunk: Buffer) => void;
  /** Called with each new process, and when that is gone. */
  readonly onProcess?: (pid: number, event: "started" | "gone") => void;
  /** Called when it died and will be started again. */
  readonly onRestart?: (name: string, reason: string) => void;
}

/** A process that cannot run, for want of memory perhaps, is tried twice a minute. */
const restartPauseMs = backoff({ firstMs: 500, maxMs: 30_000 });
/** A process that ran this long before it died starts again without a longer pause. */
const STEADY_MS = 60_000;

/** The process's own watchdog acts first: it can log the stack of the blocked code. */
const SECONDS_FOR_OWN_WATCHDOG = 5;

/** How long the last output of a dead process may take to arrive. A child of its own may hold the pipe open. */
const OUTPUT_TIMEOUT_MS = 1_000;

/** A process of ours, started again with growing pauses whenever it dies, or does not answer and is killed. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  #child: ChildProcess | undefined;
  #url = "";
  #ready = false;
  #stopping = false;
  /** Deaths and failed starts in a row. */
  #failures = 0;
  #startedAt = 0;
  #restart: NodeJS.Timeout | undefined;
  /** The last that the process wrote to standard error. */
  #said = "";
  /** Why it was killed by this one. */
  #killedFor: string | undefined;

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
    if (Date.now() - this.#startedAt > STEADY_MS) this.#failures = 0;
    this.#failures++;
    this.#restart = setTimeout(() => {
      this.#launch().catch((error: unknown) => this.restartLater(errorMessage(error)));
    }, restartPauseMs(this.#failures));
  }

  /** Asks it to stop and waits until it is gone. @param withinMs then it is killed. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (this.#child) await stopGroup(this.#child, withinMs);
  }

  /**
   * Ends it for good.
   *
   * @param afterMs how long it gets to end its own children: a second SIGTERM, or one during its start, tells it to
   * end at once. Default: no time.
   */
  kill(afterMs = 0): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || !isAlive(child)) return;
    if (afterMs === 0) killGroup(child);
    else {
      child.kill("SIGTERM");
      setTimeout(() => {
        if (isAlive(child)) killGroup(child);
      }, afterMs);
    }
  }

  async #launch(): Promise<void> {
    if (this.#stopping) throw new StartupError(`The ${this.name} was told to stop before it started.`);
    this.#startedAt = Date.now();
    this.#said = "";
    this.#killedFor = undefined;
    const child = spawn(process.execPath, [this.#options.entry], {
      cwd: this.#options.workingFolder,
      env: { ...this.#options.env, ...this.#portKept() },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A process group of its own: Ctrl-C reaches us, and we stop the parts in order.
      detached: true,
    });
    this.#child = child;
    this.#follow(child);
    this.#url = await this.#untilReady(child);
    this.#ready = true;
    const onExit = () => {
      this.#ready = false;
      this.restartLater(this.#reasonOfEnd(child));
    };
    if (isAlive(child)) child.once("exit", onExit);
    else onExit();
  }

  #portKept(): Record<string, string> {
    const { portSetting } = this.#options;
    return portSetting && this.#url ? { [portSetting]: new URL(this.#url).port } : {};
  }

  #follow(child: ChildProcess): void {
    const { onOutput, onProcess, watchdogSeconds } = this.#options;
    const { pid } = child;
    if (pid !== undefined) {
      onProcess?.(pid, "started");
      child.once("exit", () => onProcess?.(pid, "gone"));
    }
    child.stderr?.on("data", (chunk: Buffer) => {
      onOutput(chunk);
      this.#said = (this.#said + chunk.toString()).slice(-LAST_WORDS_BYTES);
    });
    if (watchdogSeconds === 0) return;
    watchAnswers({
      child,
      patienceSeconds: watchdogSeconds + SECONDS_FOR_OWN_WATCHDOG,
      onSilence: (seconds) => {
        this.#killedFor = `it did not answer for ${seconds} s and was killed`;
        if (isAlive(child)) killGroup(child);
      },
    });
  }

  #untilReady(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      // Also for what comes later, such as a signal or a message that could not be sent: the exit tells the rest.
      child.on("error", reject);
      const onEnd = () => reject(new StartupError(this.#endBeforeReady(child)));
      child.once("close", onEnd); // only then has everything that it said arrived
      child.once("exit", () => setTimeout(onEnd, OUTPUT_TIMEOUT_MS));
      child.on("message", (message: ReadyMessage | { readonly type: "pong" }) => {
        if (message.type === "ready") resolve(message.url);
      });
    });
  }

  #endBeforeReady(child: ChildProcess): string {
    const words = lastWords(this.#said);
    if (words !== undefined) return explainLimit(words) ?? words;
    return `The ${this.name} ended before it was ready (${this.#reasonOfEnd(child)}); its log says more.`;
  }

  #reasonOfEnd(child: ChildProcess): string {
    if (this.#killedFor !== undefined) return this.#killedFor;
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    const message = fatalMessage(this.#said);
    return message === undefined ? how : `${how}: ${message}`;
  }
}
