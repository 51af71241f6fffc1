import { errorMessage } from "@bullpen/base";
import { redact } from "@bullpen/contracts";

/**
 * - `ok`: as it should be.
 * - `warning`: works, and has a risk.
 * - `failure`: queries cannot be answered, or are in danger.
 * - `skipped`: could not be checked.
 */
export type Verdict = "ok" | "warning" | "failure" | "skipped";

/** What a check found. */
export interface Finding {
  /** What was checked, such as `redis`. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** What to do. Default: nothing. */
  readonly remedy?: string;
}

export function ok(name: string, message: string): Finding {
  return { name, verdict: "ok", message };
}

export function skipped(name: string, message: string, remedy?: string): Finding {
  return { name, verdict: "skipped", message, ...(remedy !== undefined && { remedy }) };
}

export function warning(name: string, message: string, remedy: string): Finding {
  return { name, verdict: "warning", message, remedy };
}

export function failure(name: string, message: string, remedy: string): Finding {
  return { name, verdict: "failure", message, remedy };
}

/** The findings of a check. One that fails itself is a failure of what it checks. */
export async function check(
  name: string,
  run: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    return [{ name, verdict: "failure", message: redact(errorMessage(error)) }];
  }
}
