import { randomBytes } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import { programInput } from "./bootstrap.js";
import { CappedBytes } from "./capped-bytes.js";
import { type ProgramEnd, parseReport } from "./program-end.js";
import type { PythonImage } from "./python-image.js";
import type { InstanceMaker, PythonInstance } from "./python-instance.js";

/** What a thread is started with. */
export interface ThreadInput {
  readonly image: PythonImage;
  /** The most that the memory of an interpreter can grow to, in pages of 64 KiB. */
  readonly maxPages: number;
  /** Where the thread writes what its program prints, so that it can be read when the time is up. */
  readonly printed: SharedArrayBuffer;
  readonly maxValueCharacters: number;
}

/** What a thread tells: that it can take its first program, and the end of each program that it was sent. */
export type ThreadMessage = { readonly type: "ready" } | { readonly type: "end"; readonly end: ProgramEnd };

/** A character of the report takes at most ten bytes (`\U0010ffff`). */
const BYTES_PER_CHARACTER = 10;

function runProgram(python: PythonInstance, program: Uint8Array, limits: ThreadInput): ProgramEnd {
  // Unknown to the program, so nothing that it prints by accident can pass for a report.
  const mark = randomBytes(16).toString("hex");
  const printed = new CappedBytes(limits.printed);
  printed.clear();
  const trap = python.run({
    input: programInput(mark, limits.maxValueCharacters, program),
    mark: Buffer.from(mark),
    printed,
    maxReportBytes: limits.maxValueCharacters * BYTES_PER_CHARACTER + 64,
  });
  const { report, stderr } = python.host;
  return {
    timedOut: false,
    report: parseReport(report.text()),
    printed: printed.text(),
    printedBytes: printed.total,
    trap,
    stderr,
  };
}

/** Answers each program that comes through the port with its end. */
export function servePrograms(port: MessagePort, input: ThreadInput, maker: InstanceMaker): void {
  const post = (message: ThreadMessage) => port.postMessage(message);
  // Always one ahead of need: a program waits for its interpreter only when it comes within 3 ms of another.
  let next = maker.next();
  port.on("message", (program: Uint8Array) => {
    post({ type: "end", end: runProgram(next, program, input) });
    next = maker.next();
  });
  post({ type: "ready" });
}
