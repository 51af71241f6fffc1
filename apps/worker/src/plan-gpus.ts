import { slotsInMemory } from "@bullpen/llm";
import type { Logger, NvidiaGpu } from "@bullpen/runtime";
import { chooseGroupSize } from "./choose-group-size.js";
import { DEFAULT_CONTEXT_TOKENS } from "./default-settings.js";
import type { Env } from "./env.js";
import { findGpu, type GpuPlan, planGpuGroups, visibleIds } from "./gpu-groups.js";

export interface PlanGpusOptions {
  /** All GPUs of the host. */
  readonly gpus: readonly NvidiaGpu[];
  readonly env: Env;
  readonly logger: Pick<Logger, "info">;
  /** The model's file; asked for only where it decides. */
  readonly modelFile: () => Promise<string>;
}

/** Which GPUs each worker process of this host takes; says why where the model decides. */
export async function planGpus({ gpus, env, logger, modelFile }: PlanGpusOptions): Promise<GpuPlan> {
  const ids = visibleIds(gpus, env.CUDA_VISIBLE_DEVICES);
  const fixed = env.GPUS_PER_WORKER === "auto" ? fixedSize(env, ids.length) : env.GPUS_PER_WORKER;
  if (fixed !== undefined) return planGpuGroups(gpus, env.CUDA_VISIBLE_DEVICES, fixed);
  const { size, reason } = await chooseGroupSize({
    freeBytes: ids.map((id) => freeBytesOf(findGpu(gpus, id))),
    ...(typeof env.SLOTS === "number" && { slots: env.SLOTS }),
    slotsIn: await slotsInMemory(await modelFile(), env.CONTEXT_TOKENS ?? DEFAULT_CONTEXT_TOKENS),
  });
  logger.info({ gpus: ids, gpus_per_worker: size }, `GPUS_PER_WORKER=auto takes ${size}: ${reason}`);
  return planGpuGroups(gpus, env.CUDA_VISIBLE_DEVICES, size);
}

/** The size where no file of the model decides: one GPU is one group, and vLLM uses both of a pair in each step. */
function fixedSize(env: Env, count: number): number | undefined {
  if (count < 2) return 1;
  return env.ENGINE === "vllm" ? 2 : undefined;
}

function freeBytesOf(gpu: NvidiaGpu | undefined): number | undefined {
  const { memoryTotalBytes: total, memoryUsedBytes: used } = gpu ?? {};
  return total === undefined || used === undefined ? undefined : total - used;
}
