import { type ChildProcess, fork } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { killGroup } from "@bullpen/runtime";
import type { ToHost } from "./host-messages.js";

export interface VehicleOptions {
  /** Maximum size of its JavaScript heap. */
  readonly heapMiB: number;
  readonly onMessage: (message: unknown) => void;
  /** Called once, when it is gone and all its messages have arrived. */
  readonly onExit: (reason: string) => void;
}

/** A process or a thread that runs host-main.js. */
export interface Vehicle {
  readonly send: (message: ToHost) => void;
  /** Ends it at once, whatever it does. */
  readonly kill: () => void;
  /** Its standard output and standard error. */
  readonly outputs: readonly Readable[];
}

export type VehicleKind = "process" | "thread";

/** Time for messages and output that arrive after the exit. Local pipes need a few milliseconds. */
const LAST_WORDS_MS = 500;

const MAIN = new URL("./host-main.js", import.meta.url);

/** The stronger isolation that Node allows here: its permission model may forbid processes. */
export function bestVehicle(): VehicleKind {
  // Undefined unless Node runs with its permission model, although its type does not say so.
  const permission: { has(scope: string): boolean } | undefined = process.permission;
  return permission && !permission.has("child") ? "thread" : "process";
}

export function startVehicle(kind: VehicleKind, options: VehicleOptions): Vehicle {
  return kind === "process" ? startProcess(options) : startThread(options);
}

function startProcess({ heapMiB, onMessage, onExit }: VehicleOptions): Vehicle {
  const child = fork(fileURLToPath(MAIN), [], {
    execArgv: [`--max-old-space-size=${heapMiB}`],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A process group of its own: Ctrl-C does not reach it, and what it has started is killed with it.
    detached: true,
  });
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  child.on("message", onMessage);
  child.on("error", (error) => onExit(error.message));
  child.once("exit", (code, signal) => {
    killGroup(child);
    void untilHeard(child).then(() => {
      for (const stream of outputs) stream.destroy();
      onExit(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  return {
    outputs,
    send: (message) => {
      // The callback takes the error of a channel that has just closed; the exit event follows.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => killGroup(child),
  };
}

/** Its last messages and output may arrive after its exit; other processes may hold its pipes open. */
async function untilHeard(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  await Promise.race([closed, sleep(LAST_WORDS_MS)]);
}

function startThread({ heapMiB, onMessage, onExit }: VehicleOptions): Vehicle {
  const worker = new Worker(MAIN, {
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    name: "tool host",
  });
  let failure: string | undefined;
  worker.on("message", onMessage);
  worker.on("error", (error) => {
    failure = error.message;
  });
  worker.once("exit", (code) => onExit(failure ?? `exit code ${code}`));
  return {
    outputs: [worker.stdout, worker.stderr],
    send: (message) => worker.postMessage(message),
    kill: () => void worker.terminate(),
  };
}
