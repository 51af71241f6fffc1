import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkerView } from "@bullpen/contracts";
import { describeWorkers } from "./describe-workers.js";

const WORKER: WorkerView = {
  id: "worker_1",
  host: "gpu-7",
  pid: 42,
  model: "mixtral",
  engine: "llama.cpp",
  slots: 32,
  busy_slots: 30,
  context_tokens: 4_096,
  tokens_per_second: 844.25,
  gpus: [],
  started_at: 1,
  seen_at: 2,
};

test("each worker and each GPU gets a line; values that the driver does not report are left out", () => {
  const gpu = { uuid: "GPU-1", name: "NVIDIA H200", memory_total_bytes: 141 * 1024 ** 3 };
  const gpus = [
    { ...gpu, index: 2, memory_used_bytes: 40.5 * 1024 ** 3, utilization: 0.93 },
    { ...gpu, index: 3, memory_used_bytes: null, utilization: null },
  ];
  assert.deepEqual(
    describeWorkers([
      { ...WORKER, gpus },
      { ...WORKER, pid: 43, engine: "openai" },
    ]),
    [
      "worker gpu-7:42: mixtral, 30 of 32 slots busy, 844.3 tokens/s",
      "  GPU 2 NVIDIA H200, 40.5 of 141.0 GiB, 93 % busy",
      "  GPU 3 NVIDIA H200",
      "worker gpu-7:43, on a model server: mixtral, 30 of 32 slots busy, 844.3 tokens/s",
    ],
  );
});

test("an empty list of workers prints a message", () => {
  assert.match(describeWorkers([]).join(), /no worker runs/);
});
