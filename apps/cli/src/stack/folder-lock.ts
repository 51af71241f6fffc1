import { createHash, randomBytes } from "node:crypto";
import { link, realpath, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that this process holds until it releases it or ends, however it ends. */
export interface FolderLock {
  release(): Promise<void>;
}

const NAME = "stack.lock";

/** The longest path of a socket is 103 bytes on macOS, 107 on Linux; a dead one is moved aside under a suffix. */
const LONGEST_PATH_BYTES = 94;

/** Error codes of a file system without sockets, such as a network share. */
const NO_SOCKETS = ["EOPNOTSUPP", "ENOTSUP", "EPERM", "EINVAL", "ENOSYS"];

const ATTEMPTS = 5;

/**
 * Takes the folder, unless another process has it. The lock is a Unix socket in it that its holder listens on:
 * it ends with the process, so that no process id, which another process may have by now, has to be trusted.
 *
 * @throws the file system's error when there can be no socket.
 */
export async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  const [own, other] = await lockPaths(folder);
  if (own === undefined) return lockAt(other);
  try {
    return await lockAt(own);
  } catch (error) {
    if (!NO_SOCKETS.includes(codeOf(error) ?? "")) throw error;
    return lockAt(other);
  }
}

/** Whether a process holds the folder. */
export async function isLocked(folder: string): Promise<boolean> {
  const paths = await lockPaths(folder).catch(() => []);
  const held = await Promise.all(paths.map((path) => path !== undefined && isHeld(path)));
  return held.includes(true);
}

/** In the folder, as long as such a path can be a socket's, and for where it cannot. */
async function lockPaths(folder: string): Promise<[string | undefined, string]> {
  const real = await realpath(folder);
  const own = join(real, NAME);
  const digest = createHash("sha256").update(real).digest("hex").slice(0, 16);
  const other = join(tmpdir(), `bullpen-${digest}.lock`);
  return [Buffer.byteLength(own) <= LONGEST_PATH_BYTES ? own : undefined, other];
}

async function lockAt(path: string): Promise<FolderLock | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const server = createServer((socket) => socket.destroy());
    try {
      await listenOn(server, path);
      server.unref();
      return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
    }
    if (await isHeld(path)) return undefined;
    await removeDead(path);
  }
  return undefined;
}

function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

/** A socket without a listener refuses connections. Any other failure means that a process holds the folder. */
function isHeld(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(codeOf(error) ?? "")));
  });
}

/**
 * Removes a dead holder's socket. Another process may do the same and have its own there by now: so it is
 * moved aside first, and put back if it turns out to be alive.
 */
async function removeDead(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(3).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (await isHeld(aside)) await link(aside, path).catch(() => {}); // if a third process has taken the place, the link fails
  await rm(aside, { force: true });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
