import { describeError, redact } from "@bullpen/contracts";
import { createLogger, type LogFormat, type Logger } from "./logger.js";
import { redactPrints } from "./redact-prints.js";
import { shortenMiddle } from "./shorten-middle.js";
import { isForOperator } from "./startup-error.js";
import type { Stop } from "./stop-in-order.js";
import type { PongMessage } from "./watch-answers.js";
import { startWatchdog, type Watchdog } from "./watchdog.js";

/** Characters of an error's message: what others say in it can be of any length. */
const MAX_MESSAGE = 8_000;

/** What a started process tells its parent over the IPC channel, when there is one. */
export interface ReadyMessage {
  readonly type: "ready";
  readonly url: string;
}

/** The running parts of a process. */
export interface Running {
  /** Where its HTTP side listens. */
  readonly url: string;
  /** Stops its parts; see {@link stopInOrder}. */
  readonly stop: Stop;
  /** Ends at once whatever would outlive a process that exits in the middle of its stop: its children. */
  readonly kill?: () => void;
  /** What the stop may take beyond the grace. Default: {@link CLOSE_SECONDS}. */
  readonly closeSeconds?: number;
}

/** What a stop may take beyond the grace of work in flight: to close connections, to free a model's memory. */
export const CLOSE_SECONDS = 5;

/** What it may take besides where the process runs vLLM, which ends its own processes and frees the GPUs' memory. */
export const VLLM_CLOSE_SECONDS = 11;

/** SIGHUP: the terminal was closed. SIGQUIT: Ctrl-\\. */
export const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;

interface ProcessEnv {
  readonly LOG_LEVEL: string;
  readonly LOG_FORMAT?: LogFormat | undefined;
  readonly SHUTDOWN_GRACE_SECONDS: number;
  readonly WATCHDOG_SECONDS: number;
}

export interface ProcessOptions<Env extends ProcessEnv> {
  readonly app: string;
  readonly readEnv: () => Env;
  readonly start: (env: Env, logger: Logger) => Promise<Running>;
}

/**
 * Runs a process from start to stop: tells its parent when it is ready, stops its parts in order
 * on SIGTERM, SIGINT, SIGHUP or SIGQUIT, or when its parent is gone, and exits at once on a second signal. A stop
 * that takes longer than the grace and {@link Running.closeSeconds} is cut short. A watchdog ends the process
 * when its event loop is blocked. An error for the operator is printed as it is, with exit code 1;
 * anything else is a defect and shows its stack.
 */
export async function runProcess<Env extends ProcessEnv>(options: ProcessOptions<Env>): Promise<void> {
  let env: Env;
  let logger: Logger;
  let running: Running;
  let watchdog: Watchdog | undefined;
  redactPrints(process.stdout, process.stderr);
  // Left to Node it would be printed with all its fields, such as the arguments of a command of Redis.
  process.on("uncaughtException", (error) => {
    printError(error);
    process.exit(1);
  });
  const endAsOrphan = () => process.exit(1);
  if (process.send) followParent(endAsOrphan);
  try {
    env = options.readEnv();
    logger = createLogger(options.app, env.LOG_LEVEL, undefined, { format: formatOf(env) });
    if (env.WATCHDOG_SECONDS > 0) {
      watchdog = startWatchdog({
        app: options.app,
        patienceSeconds: env.WATCHDOG_SECONDS,
        onError: (error) => logger.warn({ err: error }, "there is no watchdog"),
      });
    }
    running = await options.start(env, logger);
  } catch (error) {
    printError(error);
    process.exit(1);
  }
  process.off("disconnect", endAsOrphan);
  // Before it says that it is ready: whoever hears that may tell it to stop at once.
  stopOnSignal({ running, logger, watchdog, graceSeconds: env.SHUTDOWN_GRACE_SECONDS });
  logger.info({ url: running.url }, "ready");
  process.send?.({ type: "ready", url: running.url } satisfies ReadyMessage);
}

/** Prints why a program ends: a message for the operator as it is, a defect with its stack. */
export function printError(error: unknown): void {
  console.error(
    isForOperator(error) ? shortenMiddle(redact(error.message), MAX_MESSAGE) : describeError(error),
  );
}

/** A parent reads JSON out of the logs of its children. */
function formatOf({ LOG_FORMAT = "auto" }: ProcessEnv): LogFormat {
  return process.send ? "json" : LOG_FORMAT;
}

/** A child answers its parent's pings, and must not outlive it: the channel closes when the parent is gone. */
function followParent(onGone: () => void): void {
  process.once("disconnect", onGone);
  // The parent may have ended while the modules of this process were loaded.
  if (!process.connected) onGone();
  process.on("message", (message: { readonly type?: string }) => {
    if (message.type === "ping")
      process.send?.({ type: "pong" } satisfies PongMessage, undefined, {}, () => {});
  });
}

interface StopOptions {
  readonly running: Running;
  readonly logger: Logger;
  readonly watchdog: Watchdog | undefined;
  readonly graceSeconds: number;
}

function stopOnSignal({ running, logger, watchdog, graceSeconds }: StopOptions): void {
  let stopping = false;
  let signals = 0;
  const endNow = () => {
    running.kill?.();
    process.exit(1);
  };
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, "stopping");
    const limitSeconds = graceSeconds + (running.closeSeconds ?? CLOSE_SECONDS);
    watchdog?.limitStop(limitSeconds + 1); // for a stop that holds up the event loop
    setTimeout(() => {
      logger.error(`the stop took longer than ${limitSeconds} s and is cut short`);
      endNow();
    }, limitSeconds * 1_000);
    const onError = (error: unknown) => logger.error({ err: error }, "a part did not stop cleanly");
    void running.stop(onError).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (++signals > 1) endNow();
      stop(signal);
    });
  }
  if (process.send) process.on("disconnect", () => stop("disconnect"));
}
