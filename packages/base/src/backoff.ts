export interface BackoffOptions {
  /** The pause after the first failure, in milliseconds. */
  readonly firstMs: number;
  /** The longest pause, in milliseconds. */
  readonly maxMs: number;
  /** What each pause is multiplied by to get the next. Default: 2. */
  readonly factor?: number;
  /**
   * The share of a pause, from 0 to 1, that chance may take away, so that callers which failed together do not
   * come back together. Default: 0.
   */
  readonly jitter?: number;
}

/**
 * Exponential backoff with a cap.
 *
 * @returns a function from the number of failures so far (1 or more) to the pause before the next attempt, in
 * milliseconds. Its second argument is the random number from 0 to 1 that the jitter uses.
 */
export function backoff(options: BackoffOptions): (failures: number, random?: number) => number {
  const { firstMs, maxMs, factor = 2, jitter = 0 } = options;
  return (failures, random = Math.random()) =>
    Math.min(firstMs * factor ** (failures - 1), maxMs) * (1 - jitter * random);
}
