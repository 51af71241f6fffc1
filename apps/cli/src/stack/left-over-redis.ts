import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const KILL_AFTER_MS = 10_000;
const POLL_MS = 50;

/**
 * Ends every Redis or Valkey whose working folder `folder` is: one that outlived its stack. Two servers that
 * write the same append-only file would ruin it. It is found in `/proc`; without that none is.
 */
export async function stopLeftOverRedis(folder: string): Promise<void> {
  const killAt = Date.now() + KILL_AFTER_MS;
  for (;;) {
    const pids = await serversIn(folder);
    if (pids.length === 0) return;
    for (const pid of pids) signal(pid, Date.now() < killAt ? "SIGTERM" : "SIGKILL");
    await sleep(POLL_MS);
  }
}

async function serversIn(folder: string): Promise<number[]> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return [];
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const isServer = await Promise.all(pids.map((pid) => isServerIn(pid, real)));
  return pids.filter((_, i) => isServer[i]);
}

/** Redis and Valkey name themselves in their command line, and work in the folder of their files. */
async function isServerIn(pid: number, folder: string): Promise<boolean> {
  if ((await readlink(`/proc/${pid}/cwd`).catch(() => "")) !== folder) return false;
  return /(redis|valkey)-server/.test(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended meanwhile, or is another user's
  }
}
