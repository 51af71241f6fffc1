import type { WorkerView } from "@bullpen/contracts";
import type { BatchView, QueryView, QueueView } from "@bullpen/protocol";
import { describeShortly } from "./describe-batch.js";
import { describeWorkers } from "./describe-workers.js";
import { formatCount, formatRate } from "./format.js";
import { flatText, formatTable } from "./table.js";

/** What the overview shows. */
export interface Overview {
  readonly queues: readonly QueueView[];
  readonly workers: readonly WorkerView[];
  /** Those that have not ended. */
  readonly batches: readonly BatchView[];
  /** The newest queries that failed. */
  readonly failed: readonly Pick<QueryView, "error">[];
}

/** The overview as lines: queues, workers with their slots, running batches, failures by code. No text controls a terminal. */
export function describeTop({ queues, workers, batches, failed }: Overview): string[] {
  const header = ["model", "queued", "running", "waiting for tools", "completed", "not completed"];
  const rows = queues.map((queue) => [
    queue.model,
    ...[queue.queued, queue.running, queue.waiting_for_tool, queue.completed, queue.not_completed].map(
      formatCount,
    ),
  ]);
  const sum = (part: (worker: WorkerView) => number) =>
    workers.reduce((total, worker) => total + part(worker), 0);
  const total = `${sum((worker) => worker.busy_slots)} of ${sum((worker) => worker.slots)} slots busy, ${formatRate(sum((worker) => worker.tokens_per_second))} tokens/s`;
  return [
    ...formatTable([header, ...rows]).split("\n"),
    "",
    ...describeWorkers(workers).map(flatText),
    ...(workers.length > 1 ? [total] : []),
    ...section("batches", batches.map(describeShortly).map(flatText)),
    ...section(`failures among the newest ${failed.length} that failed`, countCodes(failed)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function countCodes(failed: Overview["failed"]): string[] {
  const counts = new Map<string, number>();
  for (const { error } of failed) if (error) counts.set(error.code, (counts.get(error.code) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${flatText(code)}  ${formatCount(count)}`);
}
