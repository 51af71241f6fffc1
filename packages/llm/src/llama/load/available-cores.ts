import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

export interface AvailableCoresOptions {
  /** A file's text, or `undefined` if there is no such file. */
  readonly readText?: (path: string) => string | undefined;
  /** Cores that the scheduler may use, as the affinity mask has it. */
  readonly parallelism?: number;
}

/** The cores this process may really use: a container's CPU quota counts. Not rounded; at least a part of one. */
export function countAvailableCores(options: AvailableCoresOptions = {}): number {
  const { readText = readTextOrNothing, parallelism = availableParallelism() } = options;
  const quotas = cgroupFolders(readText).map((folder) => readQuota(folder, readText));
  return Math.min(parallelism, ...quotas.filter((quota) => quota !== undefined));
}

/**
 * Threads for llama.cpp on a CPU: one core stays free for JavaScript and the samplers, because idle
 * threads of ggml spin and would slow both down many times over.
 */
export function chooseThreads(options?: AvailableCoresOptions): number {
  return Math.max(1, Math.floor(countAvailableCores(options)) - 1);
}

/** The cgroups that may limit this process: its own and all above it, in version 2 and version 1. */
function cgroupFolders(readText: (path: string) => string | undefined): string[] {
  const folders = ["/sys/fs/cgroup", "/sys/fs/cgroup/cpu"];
  for (const line of (readText("/proc/self/cgroup") ?? "").split("\n")) {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.+)$/.exec(line) ?? [];
    const isVersion2 = controllers === "" && line.startsWith("0:");
    if (!isVersion2 && !controllers.split(",").includes("cpu")) continue;
    let folder = isVersion2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
    for (const name of path.split("/").filter((part) => part !== "" && part !== "..")) {
      folder += `/${name}`;
      folders.push(folder);
    }
  }
  return folders;
}

/** Cores a second that one cgroup may use; `undefined` where it sets no limit. */
function readQuota(folder: string, readText: (path: string) => string | undefined): number | undefined {
  const [quota, period] = readText(`${folder}/cpu.max`)?.trim().split(" ") ?? [
    // version 2: "200000 100000" or "max 100000"
    readText(`${folder}/cpu.cfs_quota_us`),
    readText(`${folder}/cpu.cfs_period_us`),
  ];
  const cores = Number(quota) / Number(period);
  // Version 1 writes -1 for "no limit"; "max" and missing files give NaN.
  return cores > 0 && Number.isFinite(cores) ? cores : undefined;
}

function readTextOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
