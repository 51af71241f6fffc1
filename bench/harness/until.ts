import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `look` says yes; gives up when it has not within `deadlineMs`. */
export async function until(
  what: string,
  look: () => Promise<boolean>,
  deadlineMs: number,
  lookAgainMs = 10,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs / 1_000} s`);
    await sleep(lookAgainMs);
  }
}
