import type { NvidiaGpu } from "@bullpen/runtime";
import { divisorsOf } from "./choose-group-size.js";

export interface GpuPlan {
  /** The GPUs of each worker process, named as in `CUDA_VISIBLE_DEVICES`; none: one worker, on the CPU. */
  readonly groups: readonly (readonly string[])[];
  /** What the operator should know, each a sentence. */
  readonly notes: readonly string[];
}

/**
 * Splits the GPUs that may be used into groups of `perWorker`.
 *
 * @param visible what `CUDA_VISIBLE_DEVICES` says; `undefined`: all.
 */
export function planGpuGroups(
  gpus: readonly NvidiaGpu[],
  visible: string | undefined,
  perWorker: number,
): GpuPlan {
  const ids = visibleIds(gpus, visible);
  if (ids.length === 0) return { groups: [], notes: [] };
  if (ids.length < perWorker) {
    const note = `There ${ids.length === 1 ? "is 1 GPU" : `are ${ids.length} GPUs`} and GPUS_PER_WORKER is ${perWorker}: one worker takes all there are. GPUS_PER_WORKER=1 gives each GPU a worker of its own.`;
    return { groups: [ids], notes: [note] };
  }
  const count = Math.floor(ids.length / perWorker);
  const groups = Array.from({ length: count }, (_, i) => ids.slice(i * perWorker, (i + 1) * perWorker));
  const unused = ids.slice(count * perWorker);
  if (unused.length === 0) return { groups, notes: [] };
  const note = `${unused.length} of ${ids.length} GPUs (${unused.join(", ")}) ${unused.length === 1 ? "is" : "are"} left unused: GPUS_PER_WORKER=${perWorker} does not divide ${ids.length}. Set GPUS_PER_WORKER to ${divisorsOf(ids.length).join(" or ")}.`;
  return { groups, notes: [note] };
}

/** The GPU that an entry of `CUDA_VISIBLE_DEVICES` names: an index, a UUID, or the start of one. */
export function findGpu(gpus: readonly NvidiaGpu[], id: string): NvidiaGpu | undefined {
  if (/^\d+$/.test(id)) return gpus.find((gpu) => gpu.index === Number(id));
  const matches = id.startsWith("GPU-") ? gpus.filter((gpu) => gpu.uuid.startsWith(id)) : [];
  return matches.length === 1 ? matches[0] : undefined;
}

/** The GPUs that may be used. As CUDA reads it, the list ends at the first entry that names no GPU, such as `-1`. */
export function visibleIds(gpus: readonly NvidiaGpu[], visible: string | undefined): string[] {
  if (visible === undefined) return gpus.map((gpu) => String(gpu.index));
  const ids = visible.split(",").map((id) => id.trim());
  // A slice of a GPU (`MIG-…`) is not in nvidia-smi's list; CUDA knows it.
  const end = ids.findIndex((id) => !id.startsWith("MIG-") && !findGpu(gpus, id));
  return end === -1 ? ids : ids.slice(0, end);
}
