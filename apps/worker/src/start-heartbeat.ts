import { hostname } from "node:os";
import { type LanguageModel, newId, type WorkerView } from "@bullpen/contracts";
import type { WorkerRegistry } from "@bullpen/queue";
import { VERSION } from "@bullpen/runtime";
import type { GpuMonitor } from "./gpu-monitor.js";
import type { WorkerMetrics } from "./worker-metrics.js";

export interface HeartbeatOptions {
  readonly workers: WorkerRegistry;
  readonly model: LanguageModel;
  readonly engine: WorkerView["engine"];
  readonly metrics: WorkerMetrics;
  readonly gpus: GpuMonitor;
}

/** Lets this worker be seen while it lives; the function returned ends it. */
export function startHeartbeat({ workers, model, engine, metrics, gpus }: HeartbeatOptions) {
  const fixed = {
    host: hostname(),
    version: VERSION,
    pid: process.pid,
    model: model.name,
    engine,
    slots: model.slots,
    context_tokens: model.contextTokens,
    started_at: Date.now(),
  };
  return workers.keepBeating(newId("worker"), () => {
    const { busySlots, tokensPerSecond, counts } = metrics.activity();
    return {
      ...fixed,
      busy_slots: busySlots,
      tokens_per_second: tokensPerSecond,
      counts,
      gpus: [...gpus.latest],
    };
  });
}
