import { slotsInMemory } from "@bullpen/llm";
import { type Logger, type NvidiaGpu, readNvidiaGpus } from "@bullpen/runtime";
import { chooseGroupSize } from "./choose-group-size.js";
import { DEFAULT_CONTEXT_TOKENS } from "./default-settings.js";
import type { Env } from "./env.js";
import { findGpu, type GpuPlan, planGpuGroups, visibleIds } from "./gpu-groups.js";

export interface PlanGpusOptions {
  readonly env: Env;
  readonly logger: Pick<Logger, "info">;
  /** The model's file; asked for only where it decides. */
  readonly modelFile: () => Promise<string>;
}

/** Which GPUs each worker process of this host takes; says why where the model decides. */
export async function planGpus({ env, logger, modelFile }: PlanGpusOptions): Promise<GpuPlan> {
  const gpus = await readNvidiaGpus();
  const ids = visibleIds(gpus, env.CUDA_VISIBLE_DEVICES);
  // One GPU is one group, whatever the model is.
  if (env.GPUS_PER_WORKER !== "auto" || ids.length < 2) {
    const size = env.GPUS_PER_WORKER === "auto" ? 1 : env.GPUS_PER_WORKER;
    return planGpuGroups(gpus, env.CUDA_VISIBLE_DEVICES, size);
  }
  const { size, reason } = await chooseGroupSize({
    freeBytes: ids.map((id) => freeBytesOf(findGpu(gpus, id))),
    ...(typeof env.SLOTS === "number" && { slots: env.SLOTS }),
    slotsIn: await slotsInMemory(await modelFile(), env.CONTEXT_TOKENS ?? DEFAULT_CONTEXT_TOKENS),
  });
  logger.info({ gpus: ids, gpus_per_worker: size }, `GPUS_PER_WORKER=auto takes ${size}: ${reason}`);
  return planGpuGroups(gpus, env.CUDA_VISIBLE_DEVICES, size);
}

function freeBytesOf(gpu: NvidiaGpu | undefined): number | undefined {
  const { memoryTotalBytes: total, memoryUsedBytes: used } = gpu ?? {};
  return total === undefined || used === undefined ? undefined : total - used;
}
