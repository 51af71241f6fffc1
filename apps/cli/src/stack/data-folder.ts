import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StartupError } from "@bullpen/runtime";
import { z } from "zod";

/** What a running stack leaves in its data folder, so that other commands find it. */
const stackFileSchema = z.object({
  pid: z.int(),
  redis: z.object({ pid: z.int(), port: z.int() }).optional(),
  api_url: z.string().optional(),
  started_at: z.number(),
});
export type StackFile = z.output<typeof stackFileSchema>;

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
  const file = join(path, "stack.json");
  let facts: StackFile = { pid: process.pid, started_at: Date.now() };
  const write = (flag: "w" | "wx") => writeFile(file, `${JSON.stringify(facts)}\n`, { flag });
  try {
    await mkdir(path, { recursive: true });
    const previous = await readStackFile(path);
    if (previous && isAlive(previous.pid)) return undefined;
    if (previous) await clearAfterCrash(path, previous);
    await write("wx"); // of two that start at once, one wins
  } catch (error) {
    if (hasCode(error, "EEXIST")) return undefined;
    throw new StartupError(
      `The data folder ${path} cannot be used: ${error instanceof Error ? error.message : error}`,
    );
  }
  return {
    path,
    describe: async (more) => {
      facts = { ...facts, ...more };
      await write("w");
    },
    release: () => rm(file, { force: true }),
  };
}

/** Stacks that run out of the folders in `parent`, newest first. */
export async function findRunningStacks(parent: string): Promise<StackFile[]> {
  const names = await readdir(parent).catch(() => []);
  const files = await Promise.all(names.map((name) => readStackFile(join(parent, name))));
  return files
    .filter((file) => file !== undefined)
    .filter((file) => isAlive(file.pid))
    .sort((a, b) => b.started_at - a.started_at);
}

async function readStackFile(path: string): Promise<StackFile | undefined> {
  try {
    return stackFileSchema.parse(JSON.parse(await readFile(join(path, "stack.json"), "utf8")));
  } catch {
    return undefined; // absent, or cut short by a crash: nobody's either way
  }
}

/** A stack that was killed leaves its Redis running: the next one in its folder stops it. */
async function clearAfterCrash(path: string, { redis }: StackFile): Promise<void> {
  if (redis && (await isServerOn(redis.pid, redis.port))) {
    process.kill(redis.pid, "SIGTERM");
    await until(async () => !(await isServerOn(redis.pid, redis.port)));
  }
  await rm(join(path, "stack.json"), { force: true });
}

/** Redis and Valkey name themselves and their port in their command line; another process may have the pid by now. */
async function isServerOn(pid: number, port: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return /(redis|valkey)-server/.test(commandLine) && commandLine.includes(`:${port}`);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
