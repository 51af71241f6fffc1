import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { ReadyMessage } from "@bullpen/runtime";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A process under measurement. */
export interface BenchProcess {
  readonly url: string;
  readonly pid: number;
  /** The most memory that it ever had resident, in bytes. */
  peakMemory(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a compiled entry point, by its path from the repository's root, and waits until it is ready. It ends with this
 * process, should nobody stop it.
 */
export async function startBenchProcess(
  path: string,
  options: { args?: readonly string[]; env?: Readonly<Record<string, string>> },
): Promise<BenchProcess> {
  const child = spawn(process.execPath, [ROOT + path, ...(options.args ?? [])], {
    env: { ...options.env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const url = await untilReady(child, path);
  const pid = child.pid ?? 0;
  return {
    url,
    pid,
    peakMemory: async () => {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
    },
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function untilReady(child: ChildProcess, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${path} ended (${code}) before it was ready`)));
    child.once("message", (message: ReadyMessage) => resolve(message.url));
  });
}
