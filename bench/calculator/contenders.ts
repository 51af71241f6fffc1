import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { openLibraries } from "@bullpen/python-sandbox";
import { createCalculator } from "@bullpen/tool-worker";

const LIBRARIES = ".bullpen/calculator-libraries";

/** Something that runs a program in a fresh Python and returns its output. */
export interface Contender {
  readonly name: string;
  run(source: string): Promise<string>;
  close(): Promise<void>;
}

/** The Calculator as a tool-worker has it, with the libraries that set-up has fetched. */
export async function bullpenCalculator(concurrency: number): Promise<Contender> {
  const libraries = existsSync(LIBRARIES) ? await openLibraries({ paths: [LIBRARIES] }) : undefined;
  await libraries?.ready;
  const calculator = createCalculator({ maxConcurrent: concurrency, libraries });
  const { signal } = new AbortController();
  return {
    name: "Calculator",
    run: async (source) => (await calculator.run(source, signal)).observation,
    close: () => calculator.close(),
  };
}

const execute = promisify(execFile);

/**
 * The machine's own Python, a process a program: as fresh as the Calculator's and faster at computing, with
 * nothing between the program and the machine. Undefined where there is no `python3`.
 */
export async function systemPython(): Promise<Contender | undefined> {
  const run = async (command: string, source: string) => {
    const { stdout } = await execute(command, ["-I", "-S", "-B", "-c", `${source}\nprint(output)`]);
    return stdout.trimEnd();
  };
  try {
    const about = await run("python3", "import sys; output = f'{sys.version.split()[0]} {sys.executable}'");
    const [version = "", ...path] = about.split(" ");
    // Not `python3` itself, which may be a script that looks for the interpreter.
    const command = path.join(" ");
    return {
      name: `python3 ${version}, a process each`,
      run: (source) => run(command, source),
      close: async () => {},
    };
  } catch {
    return undefined;
  }
}
