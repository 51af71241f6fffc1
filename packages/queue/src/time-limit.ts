/**
 * Runs something under a signal that aborts with `signal`, or when the time is over. It leaves neither
 * timer nor listener behind, which `AbortSignal.timeout` and `AbortSignal.any` do until that time.
 *
 * @returns what came of it, or `late` when it rejected because its time was over.
 */
export async function runWithin<T>(
  milliseconds: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | "late"> {
  const own = new AbortController();
  const pass = () => own.abort(signal.reason);
  signal.addEventListener("abort", pass, { once: true });
  if (signal.aborted) pass();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    own.abort(new DOMException("the time is over", "TimeoutError"));
  }, milliseconds);
  try {
    return await run(own.signal);
  } catch (error) {
    if (isLate && !signal.aborted) return "late";
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", pass);
  }
}

/** Waits for a promise, but no longer than this; whether it has settled. It must not reject. */
export async function settlesWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
