import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type Ended, ROOT } from "./run-app.js";

/** A command that runs. */
export interface CliRun {
  readonly stdin: NodeJS.WritableStream;
  /** What it has said on standard error so far. */
  stderr(): string;
  /** Ctrl-C. */
  interrupt(): void;
  readonly ended: Promise<Ended>;
}

/** A command that hangs is ended after so long. */
const DEADLINE_MS = 120_000;

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The largest file that it may write, in blocks of 512 or 1,024 bytes, as the shell has it. */
  readonly largestFile?: number;
}

/** Starts `bullpen …` as a process of its own. */
export function startCli(args: readonly string[], { env = {}, largestFile }: CliOptions = {}): CliRun {
  const limit = largestFile === undefined ? "" : `ulimit -f ${largestFile}; `;
  const command = [process.execPath, join(ROOT, "apps/cli/bin/bullpen.js"), ...args];
  const child = spawn("sh", ["-c", `${limit}exec "$0" "$@"`, ...command], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  child.once("close", () => clearTimeout(timer));
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => {
    said.stdout += bytes.toString();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    said.stderr += bytes.toString();
  });
  return {
    stdin: child.stdin,
    stderr: () => said.stderr,
    interrupt: () => void child.kill("SIGINT"),
    ended: closed(child).then((code) => ({ code, ...said })),
  };
}

/** Runs `bullpen …` to its end. */
export async function runCli(args: readonly string[], input = ""): Promise<Ended> {
  const run = startCli(args);
  run.stdin.end(input);
  return run.ended;
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}
