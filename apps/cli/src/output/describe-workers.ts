import type { Gpu, WorkerView } from "@bullpen/contracts";

const GIBIBYTE = 1024 ** 3;

/** A line a worker, and one below it for each of its GPUs. */
export function describeWorkers(workers: readonly WorkerView[]): string[] {
  if (workers.length === 0) return ["no worker runs: queries wait"];
  return workers.flatMap((worker) => {
    const { host, pid, model, engine, slots, busy_slots, tokens_per_second } = worker;
    const where = engine === "openai" ? `${host}:${pid}, on a model server` : `${host}:${pid}`;
    return [
      `worker ${where}: ${model}, ${busy_slots} of ${slots} slots busy, ${tokens_per_second.toFixed(1)} tokens/s`,
      ...worker.gpus.map((gpu) => `  ${describeGpu(gpu)}`),
    ];
  });
}

function describeGpu(gpu: Gpu): string {
  const { index, name, memory_used_bytes: used, memory_total_bytes: total, utilization } = gpu;
  const parts = [`GPU ${index} ${name}`];
  if (used !== null && total !== null) {
    parts.push(`${(used / GIBIBYTE).toFixed(1)} of ${(total / GIBIBYTE).toFixed(1)} GiB`);
  }
  if (utilization !== null) parts.push(`${Math.round(utilization * 100)} % busy`);
  return parts.join(", ");
}
