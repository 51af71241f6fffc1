import { readFile } from "node:fs/promises";

/**
 * Runs the supervisor in a namespace of its own, whose builtins are a copy. The program later runs in
 * `__main__`, which the supervisor knows as `space`.
 */
const LOADER = [
  "import builtins, sys",
  'exec(sys.argv.pop(), {"__builtins__": dict(vars(builtins)), "space": globals()})',
].join("\n");

const SUPERVISOR = new URL("../../python/supervisor.py", import.meta.url);

/** The command line with which CPython starts. Read for each snapshot, never for a run. */
export async function readPythonArguments(): Promise<readonly string[]> {
  // -I: no environment, no user site; -S: no site module (half of the start time); -B: no cache files.
  return ["python", "-I", "-S", "-B", "-c", LOADER, await readFile(SUPERVISOR, "utf8")];
}
