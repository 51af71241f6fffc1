import { execFile } from "node:child_process";
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * The ids of other processes that have one of the files open or in their memory, as far as this user may see them:
 * on Linux from `/proc`, elsewhere from `lsof`; none where neither is there.
 */
export async function findUsers(paths: readonly string[]): Promise<number[]> {
  const real = new Set(await Promise.all(paths.map((path) => realpath(path).catch(() => path))));
  const found = process.platform === "linux" ? await fromProc(real) : await fromLsof([...real]);
  return found.filter((pid) => pid !== process.pid);
}

async function fromProc(paths: ReadonlySet<string>): Promise<number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await uses(pid, paths)) ? Number(pid) : [])));
  return found.flat();
}

async function uses(pid: string, paths: ReadonlySet<string>): Promise<boolean> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8").catch(() => "");
  // llama.cpp maps the file and closes it.
  if (maps.split("\n").some((line) => paths.has(line.slice(line.indexOf("/"))))) return true;
  const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(open.map((fd) => readlink(join("/proc", pid, "fd", fd)).catch(() => "")));
  return targets.some((target) => paths.has(target));
}

async function fromLsof(paths: readonly string[]): Promise<number[]> {
  // It fails where no process has one of the files, too.
  const output = await promisify(execFile)("lsof", ["-t", "--", ...paths]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? "",
  );
  return output.split("\n").filter(Boolean).map(Number);
}
