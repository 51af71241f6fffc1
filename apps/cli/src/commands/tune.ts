import { spawn } from "node:child_process";
import { StartupError } from "@bullpen/runtime";
import { inheritedEnv } from "../env.js";
import { ROOT, tuneEntry } from "../paths.js";

export interface TuneOptions {
  readonly model?: string;
  readonly seconds: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

const FEWEST_SECONDS = 5;

/**
 * `bullpen tune`: measures in a process like the worker's, on the worker's settings. Exit code 1 when the
 * figures are in doubt.
 */
export async function tune(options: TuneOptions): Promise<void> {
  const seconds = Number(options.seconds);
  if (!(seconds >= FEWEST_SECONDS))
    throw new StartupError(`--seconds ${options.seconds}: must be a number, at least ${FEWEST_SECONDS}.`);
  const args = ["--seconds", String(seconds)];
  if (options.dryRun) args.push("--dry-run");
  if (options.force) args.push("--force");
  const child = spawn(process.execPath, [tuneEntry(), ...args], {
    cwd: ROOT,
    env: { ...inheritedEnv(), ...(options.model !== undefined && { MODEL: options.model }) },
    stdio: "inherit",
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
