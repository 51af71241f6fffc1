/** What {@link runWithTimeout} returns when the time is over. */
export const TIMED_OUT = Symbol("timed out");

export interface TimeoutOptions {
  readonly ms: number;
  readonly signal: AbortSignal;
}

/**
 * Calls `run` with a signal that aborts when `signal` does, or after `ms` milliseconds. Neither timer nor listener
 * stays; `AbortSignal.timeout` and `AbortSignal.any` keep theirs until the time is over.
 *
 * @returns the outcome of `run`, or {@link TIMED_OUT} when it rejected because the time was over.
 */
export async function runWithTimeout<T>(
  run: (signal: AbortSignal) => Promise<T>,
  { ms, signal }: TimeoutOptions,
): Promise<T | typeof TIMED_OUT> {
  const own = new AbortController();
  const onAbort = () => own.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    own.abort(new DOMException("the time is over", "TimeoutError"));
  }, ms);
  try {
    return await run(own.signal);
  } catch (error) {
    if (isLate && !signal.aborted) return TIMED_OUT;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
