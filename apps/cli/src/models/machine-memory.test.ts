import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFault, readMachineMemory } from "./machine-memory.js";

test("a model fits where the GPUs together or the memory hold it", () => {
  assert.equal(memoryFault(30e9, { gpus: [16e9, 16e9], ram: 8e9 }), undefined);
  assert.equal(memoryFault(30e9, { gpus: [16e9], ram: 32e9 }), undefined);
  assert.equal(memoryFault(30e9, { gpus: [], ram: 30e9 }), undefined);
});

test("a model that fits neither is refused with what there is", () => {
  assert.equal(
    memoryFault(86e9, { gpus: [24e9, 24e9], ram: 64e9 }),
    "needs 86 GB and does not fit this machine: its GPUs have 48 GB and its memory is 64 GB",
  );
  assert.equal(
    memoryFault(30e9, { gpus: [], ram: 8e9 }),
    "needs 30 GB and does not fit this machine: its memory is 8.0 GB",
  );
});

test("the memory of this machine is read", async () => {
  const settings = { GPU: "off" } as Parameters<typeof readMachineMemory>[0]; // it reads this setting alone
  const { gpus, ram } = await readMachineMemory(settings);
  assert.deepEqual(gpus, []);
  assert.ok(ram > 1e8, String(ram));
});
