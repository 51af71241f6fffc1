/**
 * Stops the parts of a process, each after the one before it. A part that fails does not keep the others from stopping.
 *
 * @param onError hears of each failure at once.
 * @throws {AggregateError} when all are through and at least one has failed.
 */
export type Stop = (onError?: (error: unknown) => void) => Promise<void>;

/**
 * The stop of several parts. List them in the order in which they stop: those that take work first, the connections
 * that they use last.
 */
export function stopInOrder(parts: readonly (() => Promise<void>)[]): Stop {
  return async (onError) => {
    const errors: unknown[] = [];
    for (const stop of parts) {
      try {
        await stop();
      } catch (error) {
        errors.push(error);
        onError?.(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} parts did not stop cleanly`);
  };
}
