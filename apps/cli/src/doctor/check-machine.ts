import { formatBytes } from "@bullpen/base";
import { createPythonSandbox } from "@bullpen/python-sandbox";
import { readNvidiaGpus, StartupError } from "@bullpen/runtime";
import { type Finding, failure, ok, skipped } from "./finding.js";

/** The oldest Node that Bullpen runs on. */
const OLDEST_NODE = [20, 19] as const;

/** The sandbox starts CPython in a second; a machine that needs this long is no place for it. */
const PYTHON_MS = 30_000;

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return ok("node", version);
  return failure(
    "node",
    `${version} is too old`,
    `Install Node ${oldestMajor}.${oldestMinor} or newer (.nvmrc names the one that we use).`,
  );
}

/** @param setting GPU as it is set. */
export async function checkGpus(setting: string | undefined): Promise<Finding> {
  if (setting === "off") return skipped("gpus", "GPU=off: models run on the CPU");
  try {
    const gpus = await readNvidiaGpus();
    if (gpus.length === 0) return ok("gpus", "no NVIDIA GPU: models run on the CPU (or on Metal)");
    const parts = gpus.map(({ index, name, memoryUsedBytes: used, memoryTotalBytes: total }) => {
      const memory =
        used === undefined || total === undefined
          ? ""
          : `, ${formatBytes(total - used)} of ${formatBytes(total)} free`;
      return `GPU ${index} ${name}${memory}`;
    });
    return ok("gpus", parts.join("; "));
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return failure(
      "gpus",
      error.message,
      "Run nvidia-smi by hand; then restart the machine, or reinstall its driver.",
    );
  }
}

/** Starts the Calculator's Python and runs a program in it. */
export async function checkPython(): Promise<Finding> {
  const sandbox = createPythonSandbox({ timeoutMs: PYTHON_MS, spareInterpreters: 0, maxConcurrent: 1 });
  const startedAt = performance.now();
  try {
    const outcome = await sandbox.run("output = 6 * 7", AbortSignal.timeout(PYTHON_MS));
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    if (outcome.text.includes("42") && !outcome.isError)
      return ok("python", `the Calculator's Python starts and computes (${seconds} s)`);
    return failure(
      "python",
      `the Calculator's Python answers ${JSON.stringify(outcome.text)} in place of 42`,
      "Install the packages again: npm ci && npm run build",
    );
  } finally {
    await sandbox.close();
  }
}
