import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./run-app.js";
import { until } from "./until.js";

export interface StartedStack {
  /** The process that was started, `bullpen up` or npm. */
  readonly process: ChildProcess;
  readonly folder: string;
  /** Resolves at its exit, with its code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** All that it has said on both streams. */
  said(): string;
  untilSaid(text: string | RegExp): Promise<void>;
  readStackFile(): Promise<{ pid: number; api_url?: string; redis?: { pid: number; port: number } }>;
  /** The command lines of all processes that stem from it, itself included. Linux only. */
  left(): Promise<string[]>;
  /** The process of an app. */
  pidOf(app: string): Promise<number>;
  /** Kills whatever is left, and removes the folder. */
  close(): Promise<void>;
}

export interface StartedStackOptions {
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one of its own below the system's temporary folder. */
  readonly folder?: string;
}

const UP = [process.execPath, join(ROOT, "apps/cli/bin/bullpen.js"), "up"];
/** Every process of a stack inherits its environment, and shows it by this variable. */
const MARK = "BULLPEN_TEST_MARK";

/** Starts `bullpen up`, or another command that takes its options, as a process group of its own. */
export async function startUp({
  command = UP,
  env = {},
  folder,
}: StartedStackOptions = {}): Promise<StartedStack> {
  const parent = folder ?? (await mkdtemp(join(tmpdir(), "bullpen-up-")));
  const data = join(parent, "stack");
  const mark = randomUUID();
  const [program = "", ...args] = command;
  const child = spawn(program, [...args, "--data", data, "--search", "local"], {
    cwd: ROOT,
    env: { ...process.env, API_PORT: "0", DASHBOARD_PORT: "0", ...env, [MARK]: mark },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  const processes = () => processesWith(`${MARK}=${mark}`);
  return {
    process: child,
    folder: data,
    ended: new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code))),
    said: () => said,
    untilSaid: (text) => until(`${text} is said`, () => said.match(text) !== null).then(() => {}),
    readStackFile: async () => JSON.parse(await readFile(join(data, "stack.json"), "utf8")),
    left: async () => (await processes()).map(({ pid, command: line }) => `${pid} ${line}`),
    pidOf: (app) =>
      until(`${app} runs`, async () => {
        const found = (await processes()).find(({ command: line }) => line.includes(`/${app}/dist/main.js`));
        return found?.pid;
      }),
    close: async () => {
      for (const { pid } of await processes()) kill(pid);
      if (folder === undefined) await rm(parent, { recursive: true, force: true });
    },
  };
}

/** Whether {@link StartedStack.left} can tell anything here. */
export const CAN_SEE_PROCESSES = existsSync("/proc/self/environ");

/** Nothing of a stack is left within a while. @throws with what is. */
export async function assertGone(stack: StartedStack, withinMs: number): Promise<void> {
  const left = () => stack.left().then((lines) => lines.join("\n"));
  await until("nothing is left", async () => (await left()) === "", withinMs).catch(async () => {
    assert.fail(`still there after ${withinMs / 1_000} s:\n${await left()}\nsaid:\n${stack.said()}`);
  });
}

/** A stack that stopped has left neither its description nor its lock. */
export function assertFolderReleased({ folder }: StartedStack): void {
  for (const name of ["stack.json", "stack.lock"]) assert.equal(existsSync(join(folder, name)), false, name);
}

async function processesWith(variable: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      if (!environment.split("\0").includes(variable)) return [];
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return [{ pid: Number(pid), command: line.replaceAll("\0", " ").slice(0, 200) }];
    }),
  );
  return found.flat();
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended meanwhile
  }
}
