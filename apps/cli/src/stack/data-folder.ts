import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "@bullpen/base";
import { StartupError } from "@bullpen/runtime";
import { z } from "zod";
import { type FolderLock, isLocked, lockFolder } from "./folder-lock.js";
import { stopLeftOverRedis } from "./left-over-redis.js";

const STACK_FILE = "stack.json";

/** Where a stack's own Redis works, within its data folder. */
export const REDIS_FOLDER = "redis";

/** What a running stack leaves in its data folder, so that other commands and people find it. Nobody trusts the pids. */
const stackFileSchema = z.object({
  pid: z.int(),
  redis: z.object({ pid: z.int(), port: z.int() }).optional(),
  api_url: z.string().optional(),
  started_at: z.number(),
});
type StackFile = z.output<typeof stackFileSchema>;

/** More stacks side by side than this are taken for a mistake. */
const MAX_SIBLINGS = 100;

/** A data folder that this process alone uses until it is released. */
export interface DataFolder {
  readonly path: string;
  /** Adds to what other commands can read about this stack. */
  describe(facts: Partial<StackFile>): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes `folder`, or where another stack uses it, `folder-2`, `folder-3` and so on.
 *
 * @throws {StartupError} when the folder cannot be written, or is in use and `mayMoveAside` is false.
 */
export async function takeDataFolder(folder: string, mayMoveAside: boolean): Promise<DataFolder> {
  for (let i = 1; i <= MAX_SIBLINGS; i++) {
    const path = i === 1 ? folder : `${folder}-${i}`;
    const taken = await tryTake(path);
    if (taken) return taken;
    if (!mayMoveAside) {
      throw new StartupError(
        `Another Bullpen uses the data folder ${path}. Stop it, or choose another with --data.`,
      );
    }
  }
  throw new StartupError(`${MAX_SIBLINGS} data folders beside ${folder} are in use.`);
}

async function tryTake(path: string): Promise<DataFolder | undefined> {
  try {
    await mkdir(path, { recursive: true });
    const lock = await lockFolder(path);
    if (!lock) return undefined;
    return await describeFolder(path, lock);
  } catch (error) {
    throw new StartupError(`The data folder ${path} cannot be used: ${explain(error)}`);
  }
}

async function describeFolder(path: string, lock: FolderLock): Promise<DataFolder> {
  const file = join(path, STACK_FILE);
  let facts: StackFile = { pid: process.pid, started_at: Date.now() };
  const describe = async (more: Partial<StackFile>) => {
    facts = { ...facts, ...more };
    await replaceFile(file, `${JSON.stringify(facts)}\n`);
  };
  const release = async () => {
    await rm(file, { force: true });
    await lock.release();
  };
  try {
    await stopLeftOverRedis(join(path, REDIS_FOLDER));
    await describe({});
  } catch (error) {
    await lock.release();
    throw error;
  }
  return { path, describe, release };
}

/** Puts the whole text there or, where there is no room for it, leaves the file as it was. */
async function replaceFile(file: string, text: string): Promise<void> {
  const written = `${file}.new`;
  try {
    await writeFile(written, text, { flush: true });
    await rename(written, file);
  } catch (error) {
    await rm(written, { force: true }).catch(() => {});
    throw error;
  }
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  EEXIST: "it is a file. Choose a folder with --data.",
  ENOTDIR: "a part of its path is a file. Choose another folder with --data.",
  ENOSPC: "its disk is full. Make room there, or choose another folder with --data.",
  EDQUOT: "this user's share of its disk is used up. Make room there, or choose another folder with --data.",
  EROFS: "its file system is read-only. Choose another folder with --data.",
  EACCES: "this user may not write there. Change its permissions, or choose another folder with --data.",
};

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return EXPLANATIONS[code] ?? errorMessage(error);
}

/** Stacks that run out of the folders in `parent`, newest first. */
export async function findRunningStacks(parent: string): Promise<StackFile[]> {
  const names = await readdir(parent).catch(() => []);
  const files = await Promise.all(names.map((name) => readRunningStack(join(parent, name))));
  return files.filter((file) => file !== undefined).sort((a, b) => b.started_at - a.started_at);
}

async function readRunningStack(path: string): Promise<StackFile | undefined> {
  try {
    const file = stackFileSchema.parse(JSON.parse(await readFile(join(path, STACK_FILE), "utf8")));
    return (await isLocked(path)) ? file : undefined;
  } catch {
    return undefined; // no folder of a stack, or one whose file somebody else has written
  }
}
