import { randomBytes } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import type { Libraries } from "../libraries/libraries.js";
import type { PythonSnapshot } from "../snapshot/python-snapshot.js";
import { CappedBytes } from "./capped-bytes.js";
import { type ProgramEnd, parseReport } from "./program-end.js";
import type { InstanceFactory, PythonInstance } from "./python-instance.js";

/** The data with which a thread starts. */
export interface ThreadInput {
  readonly snapshot: PythonSnapshot;
  /** Maximum memory of an interpreter, in pages of 64 KiB. */
  readonly maxPages: number;
  /** Receives what the program prints, so that the owner can read it when the time is up. */
  readonly printed: SharedArrayBuffer;
  /** Characters of a report's text that are kept. */
  readonly maxValueCharacters: number;
}

/** What a thread is sent: a program to run, or what programs may import from then on. */
export type ThreadOrder = { readonly program: Uint8Array } | { readonly libraries: Libraries };

/** A thread's messages: it is ready for its first program; a program that it was sent has ended. */
export type ThreadMessage = { readonly type: "ready" } | { readonly type: "end"; readonly end: ProgramEnd };

/** The longest spelling of a character in a report: `\U0010ffff`. */
const BYTES_PER_CHARACTER = 10;
/** Room for the report's first line, ` kind cut`. */
const REPORT_HEAD_BYTES = 64;

function runProgram(python: PythonInstance, program: Uint8Array, limits: ThreadInput): ProgramEnd {
  // The program does not know the mark, so nothing that it prints by accident is taken for a report.
  const mark = randomBytes(16).toString("hex");
  const printed = new CappedBytes(limits.printed);
  printed.clear();
  const trap = python.run({
    input: programInput(mark, limits.maxValueCharacters, program),
    mark: Buffer.from(mark),
    printed,
    maxReportBytes: limits.maxValueCharacters * BYTES_PER_CHARACTER + REPORT_HEAD_BYTES,
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

/** Runs each program that comes through the port and answers with its end. Takes the libraries that come through it. */
export function servePrograms(port: MessagePort, input: ThreadInput, factory: InstanceFactory): void {
  const post = (message: ThreadMessage) => port.postMessage(message);
  // One instance is always ready: a program waits for its interpreter only within 3 ms of the one before.
  let next = factory.next();
  port.on("message", (order: ThreadOrder) => {
    if ("program" in order) post({ type: "end", end: runProgram(next, order.program, input) });
    else factory.provide(order.libraries);
    next = factory.next();
  });
  post({ type: "ready" });
}

/** Standard input of a run whose report holds at most `valueCharacters` of text; read by supervisor.py. */
export function programInput(mark: string, valueCharacters: number, program: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${mark} ${valueCharacters}\n`), program]);
}
