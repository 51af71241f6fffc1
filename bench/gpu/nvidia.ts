import { spawn } from "node:child_process";
import { read } from "./shell.js";

export interface Gpu {
  readonly name: string;
  readonly driver: string;
  /** As "9.0". */
  readonly computeCapability: string;
  /** Of one. */
  readonly memoryMiB: number;
  readonly count: number;
}

/** The first GPU, as nvidia-smi tells, and how many there are. */
export function readGpu(): Gpu {
  const fields = "name,driver_version,compute_cap,memory.total";
  const lines = read("nvidia-smi", [`--query-gpu=${fields}`, "--format=csv,noheader,nounits"])
    .split("\n")
    .filter((line) => line !== "");
  const [line = ""] = lines;
  const [name = "", driver = "", computeCapability = "", memory = ""] = line
    .split(",")
    .map((field) => field.trim());
  return { name, driver, computeCapability, memoryMiB: Number(memory), count: lines.length };
}

/** Of all GPUs: a model may be spread over several. */
export function usedMemoryMiB(): number {
  return read("nvidia-smi", ["--query-gpu=memory.used", "--format=csv,noheader,nounits"])
    .split("\n")
    .reduce((sum, line) => sum + Number(line), 0);
}

/** The share of time, 0 to 1, in which no kernel ran while `run` did: nvidia-smi's figure, five times a second. */
export async function measureIdleShare<T>(run: () => Promise<T>): Promise<{ result: T; idleShare: number }> {
  const args = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"];
  const child = spawn("nvidia-smi", args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString("utf8");
  });
  try {
    const result = await run();
    const busy = output
      .split("\n")
      .map(Number)
      .filter((value, index, all) => index < all.length - 1 && value >= 0);
    const mean = busy.reduce((sum, value) => sum + value, 0) / Math.max(1, busy.length);
    return { result, idleShare: 1 - mean / 100 };
  } finally {
    child.kill();
  }
}
