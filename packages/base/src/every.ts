import { toError } from "./error-message.js";

export interface EveryOptions {
  /** Called with what a run throws or rejects with. Default: ignored; the next run tries again. */
  readonly onError?: (error: Error) => void;
  /** Whether the first run begins at once rather than after `ms`. Default: false. */
  readonly immediately?: boolean;
  /** Whether the timer keeps the process alive. Default: true. */
  readonly keepAlive?: boolean;
}

/**
 * Calls `run` every `ms` milliseconds. Runs never overlap: a tick that comes while one is active is skipped. A run
 * that fails does not end the loop.
 *
 * @param run gets a signal that aborts when the loop is stopped.
 * @returns the function that stops the loop; it resolves when the active run, if any, has ended, and never rejects.
 */
export function every(
  ms: number,
  run: (signal: AbortSignal) => Promise<void> | void,
  options: EveryOptions = {},
): () => Promise<void> {
  const stopping = new AbortController();
  let active: Promise<void> | undefined;
  const runOnce = async () => {
    try {
      await run(stopping.signal);
    } catch (error) {
      options.onError?.(toError(error));
    } finally {
      active = undefined;
    }
  };
  const tick = () => {
    active ??= runOnce();
  };
  if (options.immediately) tick();
  const timer = setInterval(tick, ms);
  if (options.keepAlive === false) timer.unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await active;
  };
}
