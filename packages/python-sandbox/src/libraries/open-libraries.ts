import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { errorMessage } from "@bullpen/base";
import { readCompiled, writeCompiled } from "./compiled-file.js";
import { ALL_NAMES, type Libraries, shared } from "./libraries.js";
import { readWheel, type Wheel } from "./wheel.js";
import { wheelContents } from "./wheel-contents.js";

/** Libraries for programs, which may still be compiled. */
export interface PythonLibraries {
  /** Name and version of each: `sympy 1.14.0`. */
  readonly titles: readonly string[];
  /** The names that programs import. */
  readonly names: readonly string[];
  /** Resolves when all are compiled. */
  readonly ready: Promise<Libraries>;
  /** Stops compiling. `ready` rejects then. */
  close(): void;
}

export interface LibraryOptions {
  /** Wheels of pure Python, and folders of them. */
  readonly paths: readonly string[];
  /** Told what an operator should know: a wheel is compiled now, or its code cannot be kept. */
  readonly onNotice?: (text: string) => void;
}

/**
 * Opens wheels for programs of the sandbox. A wheel is compiled once, which takes sympy about 20 seconds; the code is
 * kept in a file beside it.
 *
 * @throws {Error} naming the file and the remedy, when one is no wheel of pure Python or two bring the same module.
 */
export async function openLibraries({
  paths,
  onNotice = () => {},
}: LibraryOptions): Promise<PythonLibraries> {
  const files = (await Promise.all(paths.map(wheelFiles))).flat();
  const wheels = await Promise.all(files.map(readWheel));
  const names = checkNames(wheels);
  const closing = new AbortController();
  const ready = loadAll(wheels, names, { onNotice, signal: closing.signal });
  // Whoever awaits it is told; until then nobody may.
  ready.catch(() => {});
  return { titles: wheels.map(({ title }) => title), names, ready, close: () => closing.abort() };
}

async function wheelFiles(path: string): Promise<string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw new Error(`${path} cannot be read (${errorMessage(error)}). Name a wheel or a folder of wheels.`);
    },
  );
  if (!isFolder) return [path];
  const found = (await readdir(path)).filter((name) => name.endsWith(".whl"));
  return found.sort().map((name) => join(path, name));
}

function checkNames(wheels: readonly Wheel[]): string[] {
  const owners = new Map<string, Wheel>();
  for (const wheel of wheels) {
    for (const name of wheel.topLevel) {
      const other = owners.get(name);
      if (other) throw new Error(`${other.path} and ${wheel.path} both bring ${name}. Remove one of them.`);
      owners.set(name, wheel);
    }
  }
  return [...owners.keys()].sort();
}

interface LoadOptions {
  readonly onNotice: (text: string) => void;
  readonly signal: AbortSignal;
}

async function loadAll(wheels: readonly Wheel[], names: string[], options: LoadOptions): Promise<Libraries> {
  const all: (readonly [string, Uint8Array])[] = [[ALL_NAMES, Buffer.from(names.join(", "))]];
  for (const wheel of wheels) all.push(...((await readCompiled(wheel)) ?? (await compile(wheel, options))));
  return shared(all);
}

async function compile(wheel: Wheel, { onNotice, signal }: LoadOptions): Promise<[string, Uint8Array][]> {
  onNotice(`compiling ${wheel.title} for the Calculator, once`);
  const { sources, data } = wheelContents(wheel);
  const entries = [...(await compileInThread(sources, signal)), ...data];
  try {
    await writeCompiled(wheel, entries);
  } catch (error) {
    onNotice(
      `The compiled code of ${wheel.title} cannot be kept (${errorMessage(error)}): each start compiles it again.`,
    );
  }
  return entries;
}

const THREAD = new URL("./compile-thread.js", import.meta.url);

/** As in the threads that run programs (run/interpreter.ts). */
const STACK_MIB = 8;

function compileInThread(
  sources: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
): Promise<[string, Uint8Array][]> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(THREAD, {
      workerData: sources,
      env: {},
      argv: [],
      execArgv: [],
      name: "calculator-libraries",
      resourceLimits: { stackSizeMb: STACK_MIB },
    });
    signal.addEventListener("abort", () => worker.terminate(), { once: true });
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("compiling was stopped")));
  });
}
