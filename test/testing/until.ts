import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until `look` gives something other than `undefined` or `false`, and returns it. The deadline
 * is there to end a test that would hang; no test passes or fails by how long things take.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs / 1_000} s`);
    await sleep(20);
  }
}
