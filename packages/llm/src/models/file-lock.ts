import { open, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "@bullpen/base";
import { ModelLoadError } from "../llama/load/model-load-error.js";

/** The holder shows this often that it lives. */
const BEAT_MS = 1_000;
/** A holder that has not shown itself for so long is dead: ten missed beats, so that a busy machine is no death. */
const STALE_MS = 10_000;
const POLL_MS = 250;

export interface FileLockOptions {
  /** Called again and again while another process has the lock. */
  readonly onWait: () => void | Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `action` while no other process, of this machine or of another that shares the folder, runs one under the same
 * lock. The lock is a file that its holder touches, so that no process id has to be trusted across containers.
 */
export async function withFileLock<T>(
  path: string,
  { onWait, signal }: FileLockOptions,
  action: () => Promise<T>,
): Promise<T> {
  while (!(await tryLock(path))) {
    signal?.throwIfAborted();
    await onWait();
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), BEAT_MS);
  try {
    return await action();
  } finally {
    clearInterval(beat);
    await rm(path, { force: true });
  }
}

/** Whether a living process holds the lock. */
export async function isLocked(path: string): Promise<boolean> {
  const touched = await stat(path).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs < STALE_MS;
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST"))
      throw new ModelLoadError(`${path} cannot be written (${errorMessage(error)}). Check the folder.`);
  }
  if (!(await isLocked(path))) await rm(path, { force: true });
  return false;
}
