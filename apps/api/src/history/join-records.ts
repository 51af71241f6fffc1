import type { HistoryRecord, WorkCounts } from "@bullpen/contracts";

/**
 * One record of two that follow each other: counts add up, averages are weighted by the time that was watched, and of the
 * longest wait the longer counts.
 */
function joinRecords(a: HistoryRecord, b: HistoryRecord): HistoryRecord {
  const seconds = a.seconds + b.seconds;
  const average = (x: number, y: number) => (seconds > 0 ? (x * a.seconds + y * b.seconds) / seconds : y);
  const known = (x: number | null, y: number | null) => (x === null ? y : y === null ? x : average(x, y));
  return {
    at: Math.min(a.at, b.at),
    seconds,
    queued: average(a.queued, b.queued),
    running: average(a.running, b.running),
    waiting_for_tool: average(a.waiting_for_tool, b.waiting_for_tool),
    head_wait_seconds: Math.max(a.head_wait_seconds, b.head_wait_seconds),
    workers: average(a.workers, b.workers),
    slots: average(a.slots, b.slots),
    busy_slots: average(a.busy_slots, b.busy_slots),
    gpu_memory_used_bytes: known(a.gpu_memory_used_bytes, b.gpu_memory_used_bytes),
    gpu_memory_total_bytes: known(a.gpu_memory_total_bytes, b.gpu_memory_total_bytes),
    gpu_utilization: known(a.gpu_utilization, b.gpu_utilization),
    ...addCounts(a, b),
  };
}

/** Joins records to one for each interval that has any, in their order. @param seconds of an interval. */
export function groupRecords(records: readonly HistoryRecord[], seconds: number): HistoryRecord[] {
  const groups = new Map<number, HistoryRecord>();
  for (const record of records) {
    const at = Math.floor(record.at / seconds) * seconds;
    const group = groups.get(at);
    groups.set(at, group ? joinRecords(group, { ...record, at }) : { ...record, at });
  }
  return [...groups.values()].sort((a, b) => a.at - b.at);
}

export function addCounts(a: WorkCounts, b: WorkCounts): WorkCounts {
  return combine(a, b, (x, y) => x + y);
}

/** What was counted since an earlier count. */
export function countsSince(now: WorkCounts, before: WorkCounts): WorkCounts {
  return combine(now, before, (x, y) => Math.max(x - y, 0));
}

function combine(a: WorkCounts, b: WorkCounts, how: (x: number, y: number) => number): WorkCounts {
  return {
    completed: how(a.completed, b.completed),
    cancelled: how(a.cancelled, b.cancelled),
    expired: how(a.expired, b.expired),
    failed: combineEach(a.failed, b.failed, how),
    prompt_tokens: how(a.prompt_tokens, b.prompt_tokens),
    cached_tokens: how(a.cached_tokens, b.cached_tokens),
    completion_tokens: how(a.completion_tokens, b.completion_tokens),
    guard_events: combineEach(a.guard_events, b.guard_events, how),
  };
}

type ByName = Readonly<Record<string, number>>;

/** Names of which nothing is left are left out. */
function combineEach(a: ByName, b: ByName, how: (x: number, y: number) => number): Record<string, number> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const entries = names.map((name) => [name, how(a[name] ?? 0, b[name] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}
