/**
 * The outcome of `promise`, or a rejection with the signal's reason when the signal aborts first. What the promise
 * represents goes on; its later outcome is ignored. No listener stays on the signal.
 *
 * @param signal without one, the promise is returned as it is.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const done = () => signal.removeEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(done);
  });
}
