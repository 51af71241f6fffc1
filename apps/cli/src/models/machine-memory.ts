import { totalmem } from "node:os";
import { formatBytes } from "@bullpen/base";
import { readNvidiaGpus } from "@bullpen/runtime";
import type { Env } from "../env.js";

/** What this machine has for models, in bytes. */
export interface MachineMemory {
  /** Of each GPU; none where the model runs on the CPU. */
  readonly gpus: readonly number[];
  readonly ram: number;
}

/** Reads the GPUs and the memory that this process may take. A driver that fails counts as no GPU. */
export async function readMachineMemory(env: Env): Promise<MachineMemory> {
  const gpus = env.GPU === "off" ? [] : await readNvidiaGpus().catch(() => []);
  const limit = process.constrainedMemory();
  const total = totalmem();
  return {
    gpus: gpus.map(({ memoryTotalBytes }) => memoryTotalBytes ?? 0),
    // Without a limit of the container, Node gives 0 or a number beyond the machine's.
    ram: limit > 0 && limit < total ? limit : total,
  };
}

/** Why a model that needs so many bytes cannot run; `undefined` where it can, on the GPUs together or on the CPU. */
export function memoryFault(needed: number, { gpus, ram }: MachineMemory): string | undefined {
  const gpuBytes = gpus.reduce((sum, bytes) => sum + bytes, 0);
  if (needed <= Math.max(gpuBytes, ram)) return undefined;
  const onGpus = gpus.length > 0 ? `its GPUs have ${formatBytes(gpuBytes)} and ` : "";
  return `needs ${formatBytes(needed)} and does not fit this machine: ${onGpus}its memory is ${formatBytes(ram)}`;
}
