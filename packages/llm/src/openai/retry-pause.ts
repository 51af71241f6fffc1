import { backoff } from "@bullpen/base";

/**
 * The pause before another attempt at a server that is away, full or failing, in milliseconds: a quarter of a second
 * first, for a lost connection, and ten seconds at most, for a server that restarts.
 */
export const retryPauseMs = backoff({ firstMs: 250, maxMs: 10_000, jitter: 0.5 });
