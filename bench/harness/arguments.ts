import { type ParseArgsConfig, parseArgs } from "node:util";
import { errorMessage } from "@bullpen/base";

/**
 * A sentence for whoever typed the command: what is wrong with it, or what it needs first. Marked for
 * `isForOperator`, without `@bullpen/runtime`, which the GPU benchmark does not carry.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly operatorMessage = true;
}

/** `parseArgs`, whose complaints are for whoever typed the command. */
export function readArguments<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

export function countOf(flag: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`--${flag} must be a whole number above 0, not ${text || "nothing"}.`);
}

/** Counts with commas between them. */
export function countsOf(flag: string, text: string): number[] {
  return text.split(",").map((count) => countOf(flag, count));
}
