import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "@bullpen/base";
import { readFileOf, StartupError } from "@bullpen/runtime";

/** 192 bits: no guess finds them, and they need no encoding in a URL. */
const PASSWORD_BYTES = 24;

/**
 * The passwords in the files of a folder, by the files' names; those that are missing are made. The folder is its
 * owner's alone. The files can be read by others: mounted into a container, whose user is another, they must be.
 *
 * @throws {StartupError} when a file cannot be written or holds no password.
 */
export async function readPasswords(
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const entries = names.map(async (name) => [name, await readPassword(join(folder, name))] as const);
    return new Map(await Promise.all(entries));
  } catch (error) {
    throw new StartupError(`--passwords: ${folder} cannot be used (${errorMessage(error)}).`);
  }
}

async function readPassword(path: string): Promise<string> {
  const fresh = randomBytes(PASSWORD_BYTES).toString("base64url");
  try {
    await writeFile(path, `${fresh}\n`, { flag: "wx", mode: 0o644 });
    return fresh;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const password = readFileOf("PASSWORD", { PASSWORD_FILE: path });
  if (password === undefined || /\s/.test(password)) throw new Error(`${path} must hold one word`);
  return password;
}
