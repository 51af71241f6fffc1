import { ModelLoadError } from "@bullpen/llm";
import { type Logger, type Running, readNvidiaGpus } from "@bullpen/runtime";
import { type Env, showGpus } from "./env.js";
import type { GpuPlan } from "./gpu-groups.js";
import { bringModelFile } from "./load-model.js";
import { planGpus } from "./plan-gpus.js";
import { startFleet } from "./start-fleet.js";
import { startWorker } from "./start-worker.js";

/** Starts a worker in this process; on a host with several groups of GPUs, a process for each. */
export async function start(env: Env, logger: Logger): Promise<Running> {
  const { groups, notes } = await planGroups(env, logger);
  for (const note of notes) logger.warn(note);
  // A process of a fleet comes here too: it sees the GPUs of its group alone, which make one group.
  if (groups.length > 1) return startFleet({ env, groups, logger });
  const gpus = groups[0] ?? [];
  if (gpus.length > 0) showGpus(gpus);
  return startWorker(env, logger, gpus);
}

async function planGroups(env: Env, logger: Logger): Promise<GpuPlan> {
  if (env.GPU === "off" || env.LLM_BASE_URL !== undefined) return { groups: [], notes: [] };
  try {
    return await planGpus({
      gpus: await readNvidiaGpus(),
      env,
      logger,
      modelFile: () => bringModelFile(env, logger),
    });
  } catch (error) {
    if (error instanceof ModelLoadError) throw error;
    logger.warn({ err: error }, "the GPUs cannot be counted: one worker takes what it finds");
    return { groups: [], notes: [] };
  }
}
