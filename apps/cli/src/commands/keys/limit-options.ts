import type { AccessLimits } from "@bullpen/contracts";
import { type Command, InvalidArgumentError } from "commander";

/** Commander makes an empty text of `null`. */
type Limit = number | "none";

/** The options that set limits, as commander names them. */
export interface LimitOptions {
  readonly requestsPerMinute?: Limit;
  readonly tokensPerDay?: Limit;
  readonly queuedQueries?: Limit;
  readonly batches?: Limit;
  readonly storedBytes?: Limit;
}

/** Adds the options that set limits to a command. */
export function addLimitOptions(command: Command): Command {
  return command
    .option("--requests-per-minute <n>", "requests that it may send in a minute, or `none`", limit)
    .option("--tokens-per-day <n>", "tokens that models may read and write for it on a day of UTC", limit)
    .option("--queued-queries <n>", "queries, besides those of batches, that may be open at a time", limit)
    .option("--batches <n>", "batches that may be open at a time", limit)
    .option("--stored-bytes <n>", "bytes that its files may take", limit);
}

/** The limits that options name; no field where an option is missing. */
export function limitsOf(options: LimitOptions): AccessLimits {
  const limits: Partial<Record<keyof AccessLimits, Limit | undefined>> = {
    requests_per_minute: options.requestsPerMinute,
    tokens_per_day: options.tokensPerDay,
    queued_queries: options.queuedQueries,
    batches: options.batches,
    stored_bytes: options.storedBytes,
  };
  const named = Object.entries(limits).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named.map(([name, value]) => [name, value === "none" ? null : value]));
}

function limit(text: string): Limit {
  if (text === "none") return text;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("It must be a whole number from 1, or none.");
}
