import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StartupError } from "./startup-error.js";

const run = promisify(execFile);

/** A GPU as `nvidia-smi` reports it; `undefined` where it does not tell. */
export interface NvidiaGpu {
  readonly index: number;
  /** `GPU-…` */
  readonly uuid: string;
  readonly name: string;
  readonly memoryUsedBytes: number | undefined;
  readonly memoryTotalBytes: number | undefined;
  /** 0 to 1. */
  readonly utilization: number | undefined;
}

const FIELDS = ["index", "uuid", "name", "memory.used", "memory.total", "utilization.gpu"];

/** Without its persistence daemon a driver takes seconds to wake up each GPU. */
const TIMEOUT_MS = 30_000;

/**
 * The NVIDIA GPUs of this machine, by index; none where there is no `nvidia-smi`.
 *
 * @throws {StartupError} with what it said, when it is there and fails: its driver does not run.
 */
export async function readNvidiaGpus(): Promise<NvidiaGpu[]> {
  const args = [`--query-gpu=${FIELDS.join(",")}`, "--format=csv,noheader,nounits"];
  try {
    const { stdout } = await run("nvidia-smi", args, { timeout: TIMEOUT_MS });
    return parseNvidiaGpus(stdout);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new StartupError(
      `nvidia-smi fails: ${reasonOf(error)}. Fix the driver, or set GPU=off to run without GPUs.`,
    );
  }
}

/** Reads `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`, one GPU a line. */
export function parseNvidiaGpus(csv: string): NvidiaGpu[] {
  const lines = csv.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const [index = "", uuid = "", name = "", used, total, utilization] = line.split(",").map((v) => v.trim());
    if (!/^\d+$/.test(index) || uuid === "") throw new Error(`unexpected line "${line.trim()}"`);
    const percent = toNumber(utilization);
    return {
      index: Number(index),
      uuid,
      name,
      memoryUsedBytes: fromMebibytes(used),
      memoryTotalBytes: fromMebibytes(total),
      utilization: percent === undefined ? undefined : percent / 100,
    };
  });
}

/** Figures that the driver does not give are written as `[N/A]` or `[Not Supported]`. */
function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function fromMebibytes(text: string | undefined): number | undefined {
  const mebibytes = toNumber(text);
  return mebibytes === undefined ? undefined : mebibytes * 1024 * 1024;
}

/** It explains itself on standard output. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = "stdout" in error ? String(error.stdout).trim() : "";
  return (said === "" ? error.message : said).replace(/\.$/, "");
}
