import { describeError, redact } from "@bullpen/contracts";
import { createLogger, type Logger } from "./logger.js";
import { isForOperator } from "./startup-error.js";

/** What a started process tells its parent over the IPC channel, when there is one. */
export interface ReadyMessage {
  readonly type: "ready";
  readonly url: string;
}

/** The running parts of a process. */
export interface Running {
  /** Where its HTTP side listens. */
  readonly url: string;
  /** Each stops one part; in the order of start, run in reverse. */
  readonly stops: readonly (() => Promise<void>)[];
  /** Ends at once whatever would outlive a process that exits in the middle of its stop: its children. */
  readonly kill?: () => void;
}

export interface ProcessOptions<Env extends { readonly LOG_LEVEL: string }> {
  readonly app: string;
  readonly readEnv: () => Env;
  readonly start: (env: Env, logger: Logger) => Promise<Running>;
}

/**
 * Runs a process from start to stop: tells its parent when it is ready, stops its parts in reverse
 * on SIGTERM or SIGINT, exits at once on a second signal. An error for the operator is printed as it
 * stands, with exit code 1; anything else is a defect and shows its stack.
 */
export async function runProcess<Env extends { readonly LOG_LEVEL: string }>(
  options: ProcessOptions<Env>,
): Promise<void> {
  let logger: Logger;
  let running: Running;
  // Left to Node it would be printed with all its fields, such as the arguments of a command of Redis.
  process.on("uncaughtException", (error) => {
    printError(error);
    process.exit(1);
  });
  // A child must not outlive its parent: the channel closes when the parent is gone.
  const endAsOrphan = () => process.exit(1);
  if (process.send) process.once("disconnect", endAsOrphan);
  try {
    const env = options.readEnv();
    logger = createLogger(options.app, env.LOG_LEVEL);
    running = await options.start(env, logger);
  } catch (error) {
    printError(error);
    process.exit(1);
  }
  logger.info({ url: running.url }, "ready");
  process.send?.({ type: "ready", url: running.url } satisfies ReadyMessage);
  process.off("disconnect", endAsOrphan);
  stopOnSignal(running, logger);
}

/** Prints why a program ends: what is written for the operator as it stands, a defect with its stack. */
export function printError(error: unknown): void {
  console.error(isForOperator(error) ? redact(error.message) : describeError(error));
}

function stopOnSignal(running: Running, logger: Logger): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) {
      running.kill?.();
      process.exit(1);
    }
    stopping = true;
    logger.info({ signal }, "stopping");
    void stopAll(running, logger).then((clean) => process.exit(clean ? 0 : 1));
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  if (process.send) process.on("disconnect", () => stop("disconnect"));
}

async function stopAll(running: Running, logger: Logger): Promise<boolean> {
  let clean = true;
  for (const stop of running.stops.toReversed()) {
    try {
      await stop();
    } catch (error) {
      clean = false;
      logger.error({ err: error }, "a part did not stop cleanly");
    }
  }
  return clean;
}
