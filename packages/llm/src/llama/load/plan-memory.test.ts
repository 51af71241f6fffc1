import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { getLlama, type Llama, type LlamaModel } from "node-llama-cpp";
import { findInCatalogue, sizeOf } from "../../models/catalogue.js";
import { bufferBytes, kvBytes } from "../../models/memory.js";
import { planMemory } from "./plan-memory.js";
import { readArchitecture } from "./read-architecture.js";

const DEMO = fileURLToPath(new URL("../../../../../models/demo/bullpen-demo.gguf", import.meta.url));

/** What an estimate may be off by, as a share of llama.cpp's own. */
const TOLERANCE = 0.1;

describe("sizes that are computed", () => {
  let llama: Llama;
  let model: LlamaModel;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
    model = await llama.loadModel({ modelPath: DEMO });
  });
  after(() => llama.dispose());

  for (const [slots, contextTokens] of [
    [1, 4_096],
    [8, 4_096],
    [16, 1_024],
  ] as const) {
    test(`are what llama.cpp estimates for ${slots} slots of ${contextTokens} tokens`, async () => {
      const architecture = await readArchitecture(DEMO);
      const { cpuRam } = await model.fileInsights.estimateContextResourceRequirementsV2({
        sequences: slots,
        contextSize: contextTokens,
        modelGpuLayers: 0,
        batchSize: 128,
        flashAttention: false,
      });
      const size = { slots, contextTokens, batchSize: 128 };
      const computed = kvBytes(architecture, size) + bufferBytes(architecture, size);
      assert.ok(Math.abs(computed / cpuRam - 1) < TOLERANCE, `${computed} against ${cpuRam}`);
    });
  }
});

describe("the plan of a model", () => {
  const entry = findInCatalogue("mixtral-8x7b-instruct");
  assert.ok(entry);
  const weightBytes = sizeOf(entry) ?? 0;
  const planOn = (memoryBytes: number, contextTokens = 4_096) =>
    planMemory({
      architecture: entry.architecture,
      weightBytes,
      on: "gpu",
      memoryBytes,
      contextTokens,
      cores: 16,
    });

  test("has the most slots that pay where there is room for them", async () => {
    const { context, freeBytes } = await planOn(1e12);
    assert.equal(context?.slots, context?.maxSlots);
    assert.equal(freeBytes, 1e12 - weightBytes);
  });

  test("has as many as fit where there is less, and they do fit", async () => {
    const { context, freeBytes } = await planOn(40e9);
    assert.ok(context && context.slots > 1 && context.slots < context.maxSlots);
    assert.equal(context.kvBytes, context.slots * 4_096 * 131_072);
    assert.ok(context.kvBytes + context.bufferBytes < freeBytes);
  });

  test("has a shorter context rather than none, and none where the weights fill the memory", async () => {
    assert.equal((await planOn(weightBytes + 1.5e9, 32_768)).context?.contextTokens, 8_192);
    assert.equal((await planOn(26e9)).context, undefined);
  });

  test("has no longer context than the model was trained for", async () => {
    assert.equal((await planOn(1e12, 1_000_000)).context?.contextTokens, 32_768);
  });
});
