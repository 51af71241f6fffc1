import { type ChildProcess, spawn } from "node:child_process";
import { ROOT } from "./run-app.js";
import { until } from "./until.js";

/** The worker as an operator starts it. */
export class WorkerProcess {
  readonly child: ChildProcess;
  /** What it has written to its log so far. */
  said = "";

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ["apps/worker/dist/main.js"], {
      cwd: ROOT,
      env: { ...process.env, WORKER_PORT: "0", TUNED_FILE: "/nonexistent/tuned.json", ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.said += chunk.toString();
    });
  }

  /** Where it listens, once it is ready. */
  async untilReady(): Promise<string> {
    return until("the worker is ready", () => {
      if (this.child.exitCode !== null) throw new Error(`the worker ended: ${this.said}`);
      const own = this.said.split("\n").filter((line) => line.includes(`"pid":${this.child.pid},`));
      const ready = own.find((line) => line.includes('"msg":"ready"'));
      return ready === undefined ? undefined : /"url":"([^"]+)"/.exec(ready)?.[1];
    });
  }

  /** Sends a signal without waiting. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null)
      await new Promise((resolve) => this.child.once("exit", resolve));
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/** Whether a process lives; one that has ended and was not waited for yet does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
