import type { HistoryRecord, WorkCounts, WorkerView } from "@bullpen/contracts";
import type { Backlog } from "@bullpen/queue";

/** What is seen of the server at a moment. */
export interface Seen {
  readonly backlog: Pick<Backlog, "models">;
  readonly workers: readonly WorkerView[];
  /** What was done since the last sample. */
  readonly counts: WorkCounts;
}

/** A record of one sample. @param at Unix milliseconds. @param seconds since the last one. */
export function toRecord({ backlog, workers, counts }: Seen, at: number, seconds: number): HistoryRecord {
  const { models } = backlog;
  const gpus = workers.flatMap((worker) => worker.gpus);
  const used = gpus.flatMap(({ memory_used_bytes: bytes }) => bytes ?? []);
  const total = gpus.flatMap(({ memory_total_bytes: bytes }) => bytes ?? []);
  const utilizations = gpus.flatMap(({ utilization }) => utilization ?? []);
  return {
    at: Math.floor(at / 60_000) * 60,
    seconds,
    queued: sum(models.map(({ queued }) => queued)),
    running: sum(models.map(({ running }) => running)),
    waiting_for_tool: sum(models.map(({ waiting_for_tool }) => waiting_for_tool)),
    head_wait_seconds: Math.max(0, ...models.map(({ headWaitSeconds }) => headWaitSeconds)),
    workers: workers.length,
    slots: sum(workers.map(({ slots }) => slots)),
    busy_slots: sum(workers.map(({ busy_slots }) => busy_slots)),
    gpu_memory_used_bytes: used.length > 0 ? sum(used) : null,
    gpu_memory_total_bytes: total.length > 0 ? sum(total) : null,
    gpu_utilization: utilizations.length > 0 ? sum(utilizations) / utilizations.length : null,
    ...counts,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
