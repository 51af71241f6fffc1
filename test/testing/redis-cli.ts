import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Asks a Redis something by redis-cli, whatever state it is in: connections of ours are not made to one that
 * takes no writes.
 *
 * @returns what it prints: an error of Redis, too.
 */
export async function redisCli(url: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("redis-cli", ["-u", url, "--no-auth-warning", ...args]);
  return stdout.trim();
}
