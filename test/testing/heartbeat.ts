import type { LanguageModel } from "@bullpen/contracts";
import { WorkerRegistry } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";
import { createMetrics, readNvidiaGpus } from "@bullpen/runtime";
import { GpuMonitor } from "@bullpen/worker/gpu-monitor";
import { startHeartbeat } from "@bullpen/worker/start-heartbeat";
import type { WorkerMetrics } from "@bullpen/worker/worker-metrics";

/** The heartbeat of a worker's process, with the GPUs that `nvidia-smi` tells of; the function returned ends it. */
export async function startTestHeartbeat(
  redis: Redis,
  model: LanguageModel,
  metrics: WorkerMetrics,
): Promise<() => Promise<void>> {
  const all = await readNvidiaGpus().catch(() => []); // there is no such program
  const gpus = await GpuMonitor.start({
    gpus: all.map(({ uuid }) => uuid),
    registry: createMetrics("worker"),
    onError: () => {},
  });
  const workers = new WorkerRegistry({ redis });
  const stop = startHeartbeat({ workers, model, engine: "openai", metrics, gpus });
  return async () => {
    await gpus.stop();
    await stop();
  };
}
