import { randomBytes } from "node:crypto";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { pythonArguments } from "./bootstrap.js";
import { type ProgramEnd, parseReport } from "./program-end.js";
import { GuestExit, WasiHost } from "./wasi-host.js";

/** What a thread is started with. */
export interface ThreadInput {
  readonly module: WebAssembly.Module;
  /** One cell, 0 until the program has been posted. */
  readonly gate: Int32Array;
  readonly maxPrintedBytes: number;
  readonly maxValueCharacters: number;
}

/** What a thread tells, in this order. It is told one thing: the program's bytes. */
export type ThreadMessage = { readonly type: "ready" } | { readonly type: "end"; readonly end: ProgramEnd };

/** A character of the report takes at most ten bytes (`\U0010ffff`). */
const BYTES_PER_CHARACTER = 10;

/** Starts CPython, which blocks in its first read until a program comes, and runs that one program. */
function serveOneProgram(input: ThreadInput, post: (message: ThreadMessage) => void): void {
  // Unknown to the program, so nothing that it prints by accident can pass for a report.
  const mark = Buffer.from(`${randomBytes(16).toString("hex")} `);
  const host = new WasiHost({
    args: pythonArguments(input.maxValueCharacters),
    mark,
    maxPrintedBytes: input.maxPrintedBytes,
    maxReportBytes: input.maxValueCharacters * BYTES_PER_CHARACTER + 64,
    readInput: () => {
      post({ type: "ready" });
      Atomics.wait(input.gate, 0, 0);
      return Buffer.concat([mark, Buffer.from("\n"), receiveProgram()]);
    },
  });
  const trap = run(host, input.module);
  const report = parseReport(host.report.text());
  const { printed, stderr } = host;
  post({ type: "end", end: { report, printed: printed.text(), printedBytes: printed.total, trap, stderr } });
}

function receiveProgram(): Uint8Array {
  const received: { message: Uint8Array } | undefined = parentPort
    ? receiveMessageOnPort(parentPort)
    : undefined;
  if (!received) throw new Error("the gate was opened before the program was posted");
  return received.message;
}

/** The trap that stopped the guest, if one did. */
function run(host: WasiHost, module: WebAssembly.Module): string | undefined {
  try {
    host.start(module);
  } catch (error) {
    if (!(error instanceof GuestExit)) return String(error);
  }
  return undefined;
}

if (!parentPort) throw new Error("this module runs in a worker thread only");
const port = parentPort;
// interpreter.ts, the only one to start this module, passes a ThreadInput.
serveOneProgram(workerData as ThreadInput, (message) => port.postMessage(message));
