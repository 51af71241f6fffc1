import assert from "node:assert/strict";
import { test } from "node:test";
import { type HistoryRecord, NO_WORK, type WorkerView } from "@bullpen/contracts";
import { groupRecords } from "./join-records.js";
import { WorkedSince } from "./worked-since.js";

function record(at: number, overrides: Partial<HistoryRecord> = {}): HistoryRecord {
  const nothing = { queued: 0, running: 0, waiting_for_tool: 0, head_wait_seconds: 0, workers: 1, slots: 8 };
  const gpus = { gpu_memory_used_bytes: null, gpu_memory_total_bytes: null, gpu_utilization: null };
  return { at, seconds: 10, ...nothing, busy_slots: 0, ...gpus, ...NO_WORK, ...overrides };
}

test("records of an interval become one: counts add up, averages have their weight, the longest wait counts", () => {
  const records = [
    record(120, { queued: 4, completed: 3, failed: { max_steps: 1 }, head_wait_seconds: 9, seconds: 30 }),
    record(60, { queued: 8, completed: 1 }),
    record(179, { queued: 0, completed: 2, failed: { max_steps: 1, worker_lost: 2 }, head_wait_seconds: 2 }),
  ];
  const [first, second, ...others] = groupRecords(records, 60);
  assert.deepEqual(others, []);
  assert.deepEqual([first?.at, first?.queued, first?.completed], [60, 8, 1]);
  assert.deepEqual([second?.at, second?.seconds, second?.queued, second?.completed], [120, 40, 3, 5]);
  assert.deepEqual(second?.failed, { max_steps: 2, worker_lost: 2 });
  assert.equal(second?.head_wait_seconds, 9);
});

test("GPUs that are not always known are averaged over the time that they are", () => {
  const [joined] = groupRecords([record(0), record(10, { gpu_utilization: 0.5 }), record(20)], 60);
  assert.equal(joined?.gpu_utilization, 0.5);
  assert.equal(joined?.gpu_memory_used_bytes, null);
});

function worker(id: string, completed: number, startedAt: number): WorkerView {
  const fixed = { host: "h", pid: 1, model: "m", engine: "openai", slots: 1, busy_slots: 0 } as const;
  const counts = { ...NO_WORK, completed };
  return {
    id,
    ...fixed,
    context_tokens: 1,
    tokens_per_second: 0,
    gpus: [],
    started_at: startedAt,
    seen_at: 0,
    counts,
  };
}

test("of a worker counts what it did since the last reading, of a new one all, of one that was there before nothing", () => {
  const worked = new WorkedSince();
  const read = (workers: WorkerView[], now: number) => worked.read(workers, now).completed;
  assert.equal(read([worker("old", 1_000, 0)], 1_000_000), 0);
  assert.equal(read([worker("old", 1_007, 0), worker("new", 5, 1_005_000)], 1_010_000), 12);
  assert.equal(read([worker("new", 5, 1_005_000)], 1_020_000), 0, "the heartbeat of one is late");
  assert.equal(read([worker("old", 1_010, 0), worker("new", 5, 1_005_000)], 1_030_000), 3);
  assert.equal(read([worker("strange", 500, 0)], 1_040_000), 0, "what it did before is not of this time");
});
