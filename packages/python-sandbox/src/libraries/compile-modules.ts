import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { newHost } from "../host/wasi-host.js";
import { CappedBytes } from "../run/capped-bytes.js";
import { parseReport } from "../run/program-end.js";
import { InstanceFactory } from "../run/python-instance.js";
import { programInput } from "../run/serve-programs.js";
import type { PythonSnapshot } from "../snapshot/python-snapshot.js";
import type { Libraries } from "./libraries.js";

const PROGRAM = new URL("../../python/compile_modules.py", import.meta.url);

/** 1 GiB: the compiler needs much for one file of a megabyte, of which sympy has some. */
const MAX_PAGES = 16_384;

/** Marshalled code is smaller than its source; this holds for files of a few bytes too. */
const BYTES_PER_MODULE = 1_000;

/** A report says `compiled`, or an exception. */
const MAX_REPORT_CHARACTERS = 1_000;

/**
 * Compiles the sources of modules, in this thread, which it blocks: sympy takes about 20 seconds. What it returns
 * is run by every later program, so it comes from an instance that has run nothing but our own compiler.
 *
 * @param sources by module name, after the byte of their kind.
 * @throws {Error} when the compiler fails.
 */
export function compileModules(snapshot: PythonSnapshot, sources: Libraries): [string, Uint8Array][] {
  const mark = randomBytes(16).toString("hex");
  const head = `MARK = b"${mark}"\nNAMES = ${JSON.stringify([...sources.keys()].join("\n"))}\n`;
  const program = Buffer.from(head + readFileSync(PROGRAM, "utf8"));
  const room = [...sources.values()].reduce((sum, source) => sum + source.length + BYTES_PER_MODULE, 0);
  const compiled = new CappedBytes(CappedBytes.allocate(2 * room));
  const python = new InstanceFactory(snapshot, MAX_PAGES, newHost, sources).next();
  const trap = python.run({
    input: programInput(mark, MAX_REPORT_CHARACTERS, program),
    mark: Buffer.from(mark),
    printed: compiled,
    maxReportBytes: 10 * MAX_REPORT_CHARACTERS,
  });
  const report = parseReport(python.host.report.text());
  if (report?.text !== "compiled") throw new Error(trap ?? report?.text ?? python.host.stderr);
  return [...readModules(Buffer.from(compiled.bytes()))];
}

/** The modules in the compiler's output: a line `name length` before each. */
function* readModules(bytes: Buffer): Generator<[string, Uint8Array]> {
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\n", at);
    const [name = "", length] = bytes.toString("latin1", at, lineEnd).split(" ");
    const start = lineEnd + 1;
    at = start + Number(length);
    yield [name, bytes.subarray(start, at)];
  }
}
