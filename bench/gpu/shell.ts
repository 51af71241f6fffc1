import { spawnSync } from "node:child_process";

/** Runs a program with its output shown. Throws when it does not end with 0. */
export function run(command: string, args: readonly string[], cwd?: string): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", ...(cwd !== undefined && { cwd }) });
  if (error) throw new Error(`${command} cannot be run (${error.message}). Install it and try again.`);
  if (status !== 0) throw new Error(`${command} ended with ${status}.`);
}

/** What a program prints. Throws when it does not end with 0. */
export function read(command: string, args: readonly string[]): string {
  const { status, error, stdout } = spawnSync(command, args, { encoding: "utf8" });
  if (error) throw new Error(`${command} cannot be run (${error.message}). Install it and try again.`);
  if (status !== 0) throw new Error(`${command} ended with ${status}.`);
  return stdout;
}
