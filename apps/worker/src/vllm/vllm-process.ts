import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { backoff, errorMessage, toError, wholeLines } from "@bullpen/base";
import { isAlive, killGroup, type Logger, StartupError, stopGroup } from "@bullpen/runtime";
import { LoadingProgress } from "./loading-progress.js";
import { ProcessGuard } from "./process-guard.js";

export interface VllmProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Its folder, which is removed after it when this process is killed. */
  readonly folder: string;
  /** Called before each start. */
  readonly beforeStart: () => void;
  /** Whether the server is ready and well. */
  readonly isHealthy: () => Promise<boolean>;
  /** A server that was ready and is not healthy for so long is killed and started again; 0: never. */
  readonly watchdogSeconds: number;
  readonly logger: Logger;
}

const POLL_MS = 500;
/** Time between health checks of a server that is ready. */
const HEALTH_MS = 1_000;
/** A server that loads for a long time, a download perhaps, says once a minute that it still does. */
const STILL_LOADING_MS = 60_000;
/** A server that dies as it starts is tried once a minute in the end: each try loads the weights. */
const restartPauseMs = backoff({ firstMs: 1_000, maxMs: 60_000 });
/** A server that ran this long before it died starts again without a longer pause. */
const STEADY_MS = 60_000;
/** Lines of its log that are shown when it dies. Its errors are tracebacks; the reason is in the last lines. */
const LAST_LINES = 20;
/** How long the last output of a dead server may take to arrive: a process that left its group may hold the pipe open. */
const OUTPUT_TIMEOUT_MS = 1_000;

const [CR, LF] = [13, 10];

/** `vllm serve` as a child, started again with growing pauses whenever it dies, or hangs and is killed. */
export class VllmProcess {
  readonly #options: VllmProcessOptions;
  #child: ChildProcess | undefined;
  #lastLines: string[] = [];
  #stopping = false;
  #failures = 0;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: VllmProcessOptions) {
    this.#options = options;
  }

  /**
   * Starts it and waits until it is ready, however long it loads.
   *
   * @throws {StartupError} when it cannot be started, or ends before it is ready, with what it said.
   */
  async start(): Promise<void> {
    await this.#launch();
  }

  /** Asks it to stop and waits until it and what it started are gone. @param withinMs then they are killed. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (this.#child) await stopGroup(this.#child, withinMs);
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    if (this.#child && isAlive(this.#child)) killGroup(this.#child);
  }

  async #launch(): Promise<void> {
    const { program, args, env, folder, beforeStart, logger } = this.#options;
    const startedAt = Date.now();
    beforeStart();
    const guard = new ProcessGuard(folder);
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    if (child.pid !== undefined) guard.watch(child.pid);
    this.#child = child;
    this.#follow(child);
    logger.info({ pid: child.pid, command: [program, ...args].join(" ") }, "starting vLLM");
    child.once("exit", () => {
      // Its engine and workers are in its group, and hold the GPUs.
      killGroup(child);
      guard.end();
    });
    child.on("error", () => guard.end());
    const end = untilEnd(child);
    await this.#untilReady(child, end);
    logger.info({ seconds: Math.round((Date.now() - startedAt) / 1_000) }, "vLLM is ready");
    const hung = this.#killWhenHung(child);
    void Promise.all([end, hung]).then(([, why]) => this.#restartLater(why ?? endOf(child), startedAt));
  }

  /** Follows the health of a server that is ready. Returns why it was killed, if it was. */
  async #killWhenHung(child: ChildProcess): Promise<string | undefined> {
    const { isHealthy, watchdogSeconds } = this.#options;
    if (watchdogSeconds === 0) return undefined;
    let healthyAt = performance.now();
    let misses = 0;
    for (;;) {
      await sleep(HEALTH_MS, undefined, { ref: false });
      if (this.#stopping || !isAlive(child)) return undefined;
      if (await isHealthy()) {
        healthyAt = performance.now();
        misses = 0;
        continue;
      }
      const seconds = Math.round((performance.now() - healthyAt) / 1_000);
      // More than one miss: a machine that was suspended has a late one.
      if (++misses < 2 || seconds < watchdogSeconds || this.#stopping || !isAlive(child)) continue;
      killGroup(child);
      return `it was not healthy for ${seconds} s and was killed`;
    }
  }

  #restartLater(reason: string, startedAt: number): void {
    if (this.#stopping) return;
    if (Date.now() - startedAt > STEADY_MS) this.#failures = 0;
    const pauseMs = restartPauseMs(++this.#failures);
    this.#options.logger.error(
      { reason, said: this.#lastLines.slice(-LAST_LINES) },
      `vLLM ended and starts again in ${Math.round(pauseMs / 1_000)} s; its queries wait`,
    );
    this.#restart = setTimeout(() => {
      const at = Date.now();
      this.#launch().catch((error: unknown) =>
        this.#restartLater(errorMessage(error).split("\n")[0] ?? "", at),
      );
    }, pauseMs);
  }

  #follow(child: ChildProcess): void {
    const { logger } = this.#options;
    const progress = new LoadingProgress();
    this.#lastLines = [];
    const onLine = (line: string) => {
      if (line.trim() === "") return;
      this.#lastLines.push(line);
      if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
      const stage = progress.read(line);
      if (stage !== undefined) logger.info({ from: "vLLM" }, stage);
      logger.debug({ from: "vLLM" }, line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      const take = wholeLines((text) => text.split("\n").forEach(onLine));
      // Progress bars end their lines with CR.
      stream?.on("data", (chunk: Uint8Array) => take(chunk.map((byte) => (byte === CR ? LF : byte))));
    }
  }

  /** Polls its health. @param end settles after the child has ended. */
  async #untilReady(child: ChildProcess, end: Promise<void>): Promise<void> {
    const { isHealthy, logger } = this.#options;
    if (child.pid === undefined) {
      const [error] = await once(child, "error");
      throw new StartupError(this.#notStarted(toError(error)));
    }
    for (let since = Date.now(); ; await Promise.race([end, sleep(POLL_MS)])) {
      if (!isAlive(child)) {
        await end;
        throw new StartupError(this.#endBeforeReady(child));
      }
      if (this.#stopping) throw new StartupError("vLLM was told to stop before it was ready.");
      if (await isHealthy()) return;
      if (Date.now() - since < STILL_LOADING_MS) continue;
      since = Date.now();
      logger.info({ from: "vLLM", said: this.#lastLines.at(-1) }, "vLLM is still loading");
    }
  }

  #notStarted(error: Error): string {
    const { program } = this.#options;
    const code = "code" in error ? String(error.code) : error.message;
    const fault = code === "ENOENT" ? "there is no such program" : `it cannot be started (${code})`;
    return `VLLM_COMMAND=${program}: ${fault}. Install vLLM, such as \`python3 -m venv /opt/vllm && /opt/vllm/bin/pip install vllm\`, and set VLLM_COMMAND=/opt/vllm/bin/vllm. Or run it in a container: \`docker compose --profile vllm up\`.`;
  }

  #endBeforeReady(child: ChildProcess): string {
    const said = this.#lastLines.map((line) => `  ${line}`).join("\n");
    return `vLLM ended before it was ready (${endOf(child)}).${said === "" ? "" : ` It said:\n${said}`}`;
  }
}

/** Resolves when it has ended and its last output has arrived. */
function untilEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.once("exit", () => setTimeout(resolve, OUTPUT_TIMEOUT_MS));
  });
}

function endOf(child: ChildProcess): string {
  return child.signalCode ?? `exit code ${child.exitCode}`;
}
