import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNvidiaGpus } from "./nvidia-smi.js";

test("a line is a GPU, and figures that the driver does not give are missing", () => {
  const csv = [
    "0, GPU-52e4e8f5-5d5c-8a4f-9a0f-3e0c0a1b2c3d, NVIDIA H200, 40112, 143771, 93",
    "1, GPU-61a0b0c1-0000-1111-2222-333344445555, NVIDIA GB10, [N/A], [Not Supported], [N/A]",
    "",
  ].join("\n");
  assert.deepEqual(parseNvidiaGpus(csv), [
    {
      index: 0,
      uuid: "GPU-52e4e8f5-5d5c-8a4f-9a0f-3e0c0a1b2c3d",
      name: "NVIDIA H200",
      memoryUsedBytes: 40_112 * 1024 * 1024,
      memoryTotalBytes: 143_771 * 1024 * 1024,
      utilization: 0.93,
    },
    {
      index: 1,
      uuid: "GPU-61a0b0c1-0000-1111-2222-333344445555",
      name: "NVIDIA GB10",
      memoryUsedBytes: undefined,
      memoryTotalBytes: undefined,
      utilization: undefined,
    },
  ]);
});

test("what is no list of GPUs is not taken for one", () => {
  assert.deepEqual(parseNvidiaGpus(""), []);
  assert.throws(() => parseNvidiaGpus("No devices were found\n"), /unexpected line "No devices were found"/);
});
