import { ModelLoadError } from "@bullpen/llm";
import { type Logger, type Running, readNvidiaGpus } from "@bullpen/runtime";
import { type Env, showGpus } from "./env.js";
import type { GpuPlan } from "./gpu-groups.js";
import { bringModelFile } from "./load-model.js";
import { planGpus } from "./plan-gpus.js";
import { watchSpotNotice } from "./spot-notice.js";
import { startFleet } from "./start-fleet.js";
import { startWorker } from "./start-worker.js";

/** Starts a worker, and lets it drain when the machine is about to be taken back. */
export async function start(env: Env, logger: Logger): Promise<Running> {
  const { SPOT_NOTICE_URL: url } = env;
  if (url === undefined) return startHere(env, logger);
  // The signal comes to the same drain as an operator's, and ends a worker that still loads its model.
  const onNotice = () => void process.kill(process.pid, "SIGTERM");
  const stopWatching = watchSpotNotice({ url, logger, onNotice });
  const running = await startHere(env, logger);
  return {
    ...running,
    stop: async (onError) => {
      await stopWatching();
      await running.stop(onError);
    },
  };
}

/** Starts a worker in this process; on a host with several groups of GPUs, a process for each. */
async function startHere(env: Env, logger: Logger): Promise<Running> {
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
