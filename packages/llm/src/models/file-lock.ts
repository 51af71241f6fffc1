import { randomUUID } from "node:crypto";
import { link, open, rename, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "@bullpen/base";
import { ModelLoadError } from "../llama/load/model-load-error.js";

/** The holder shows this often that it lives. */
const BEAT_MS = 1_000;
/** A holder that has not shown itself for so long is dead: ten missed beats, so that a busy machine is no death. */
const STALE_MS = 10_000;
/** A waiter watches the lock for so long before it calls it dead: after a suspend of the machine all locks look old. */
const WATCH_MS = 3 * BEAT_MS;
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
  const watch = new StaleWatch();
  while (!(await tryLock(path))) {
    signal?.throwIfAborted();
    await onWait();
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
    if (await watch.isDead(path)) await breakLock(path);
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
  const touched = await touchedAt(path);
  return touched !== undefined && isFresh(touched);
}

/** Tells a holder that has died from one that the machine, or its clock, kept from showing itself. */
class StaleWatch {
  #seen: number | undefined;
  #since = 0;

  async isDead(path: string): Promise<boolean> {
    const touched = await touchedAt(path);
    if (touched === undefined || touched !== this.#seen) {
      this.#seen = touched;
      this.#since = performance.now();
      return false;
    }
    return !isFresh(touched) && performance.now() - this.#since >= WATCH_MS;
  }
}

/**
 * Removes the lock of a dead holder. Of several that do so at once one gets it by its rename; if what it gets is the lock
 * of a living one, made in between, it puts that back.
 */
async function breakLock(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another one has done it
  }
  if (await isLocked(aside)) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function touchedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

function isFresh(touched: number): boolean {
  return Date.now() - touched < STALE_MS;
}

async function tryLock(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new ModelLoadError(`${path} cannot be written (${errorMessage(error)}). Check the folder.`);
  }
}
