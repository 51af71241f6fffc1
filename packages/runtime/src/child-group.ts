import type { ChildProcess } from "node:child_process";

/** Whether a child was started and has not ended. */
export function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/**
 * Kills a child that leads a process group (`detached`), and what it started. The group outlives its leader for as long
 * as one of its processes lives; later its number may be another's, so whoever may come late asks {@link isAlive} first.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // it does not lead its group yet, or nobody is left in the group
  }
}

/** Asks a child to stop and waits until it is gone. @param withinMs then its group is killed. */
export async function stopGroup(child: ChildProcess, withinMs: number): Promise<void> {
  if (!isAlive(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const timer = setTimeout(() => killGroup(child), withinMs);
  child.kill("SIGTERM");
  await gone;
  clearTimeout(timer);
}
