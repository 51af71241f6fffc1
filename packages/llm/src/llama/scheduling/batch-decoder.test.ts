import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { AddonContext, SampledLogits } from "../binding/llama-binding.js";
import { BatchDecoder } from "./batch-decoder.js";
import { MAX_DECODE_TOKENS } from "./batch-scheduler.js";

type Entry = { sequence: number; position: number; tokens: number[]; outputs: number[] };

/** llama.cpp's side: keeps what each batch holds. */
class RecordedContext implements AddonContext {
  readonly batches: Entry[][] = [];
  readonly emptied: number[] = [];
  decoding = false;
  failing = false;

  initBatch(): void {
    this.batches.push([]);
  }

  addToBatch(sequence: number, position: number, tokens: Uint32Array, outputs: Uint32Array): Uint32Array {
    const batch = this.batches.at(-1) ?? [];
    const start = batch.reduce((sum, entry) => sum + entry.tokens.length, 0);
    batch.push({ sequence, position, tokens: [...tokens], outputs: [...outputs] });
    return outputs.map((index) => start + index);
  }

  async decodeBatch(): Promise<void> {
    this.decoding = true;
    await new Promise((resolve) => setImmediate(resolve));
    this.decoding = false;
    if (this.failing) throw new Error("no cell is free");
  }

  sampleToken(): Promise<never> & Promise<SampledLogits> {
    throw new Error("nothing is sampled here");
  }

  disposeSequence(sequence: number): void {
    assert.equal(this.decoding, false, "the KV cache was altered under a batch");
    this.emptied.push(sequence);
  }

  removeTokenCellsFromSequence(): boolean {
    return true;
  }

  getSequenceKvCacheMinPosition(): number {
    return 0;
  }
}

const kindOf = (tokens: readonly number[]) => (tokens.length > MAX_DECODE_TOKENS ? "prefill" : "decode");

function decode(decoder: BatchDecoder, sequence: number, tokens: number[], outputs = 1) {
  return decoder.decode({
    ...{ sequence, kind: kindOf(tokens), position: 10, tokens, outputs },
    onLogits: async (indexes) => indexes,
  });
}

test("requests made in one turn of the event loop form one batch, sorted by sequence", async () => {
  const context = new RecordedContext();
  const decoder = new BatchDecoder(context, { size: 64, ubatchCost: 0 });
  const indexes = await Promise.all([
    decode(decoder, 2, [7]),
    decode(decoder, 0, [4, 5, 6], 2),
    decode(decoder, 1, [9], 0),
  ]);
  assert.deepEqual(context.batches, [
    [
      { sequence: 0, position: 10, tokens: [4, 5, 6], outputs: [1, 2] },
      { sequence: 1, position: 10, tokens: [9], outputs: [] },
      { sequence: 2, position: 10, tokens: [7], outputs: [0] },
    ],
  ]);
  assert.deepEqual(indexes, [
    { taken: 1, result: [4] },
    { taken: 3, result: [1, 2] },
    { taken: 1, result: [] },
  ]);
});

test("an oversized request is decoded up to the batch size; logits cover only decoded tokens", async () => {
  const context = new RecordedContext();
  const decoder = new BatchDecoder(context, { size: 32, ubatchCost: 0 });
  const prompt = Array.from({ length: 40 }, (_, index) => index);
  assert.deepEqual(await decode(decoder, 0, prompt), { taken: 32, result: [] });
  assert.deepEqual(await decode(decoder, 0, prompt, 10), { taken: 32, result: [30, 31] });
});

test("requests that do not fit a batch go into the next", async () => {
  const context = new RecordedContext();
  const decoder = new BatchDecoder(context, { size: 2, ubatchCost: 0 });
  await Promise.all([0, 1, 2].map((sequence) => decode(decoder, sequence, [1])));
  assert.deepEqual(
    context.batches.map((batch) => batch.map(({ sequence }) => sequence)),
    [[0, 1], [2]],
  );
});

test("sequences that ask again at once stay in one batch, however long one of them samples", async () => {
  const context = new RecordedContext();
  const decoder = new BatchDecoder(context, { size: 32, ubatchCost: 0 });
  const generate = async (sequence: number, sampleMs: number) => {
    const request = {
      sequence,
      kind: "decode" as const,
      position: 0,
      tokens: [1],
      outputs: 1,
      onLogits: () => sleep(sampleMs),
    };
    for (let step = 0; step < 3; step++) await decoder.decode(request);
  };
  await Promise.all([generate(0, 0), generate(1, 5)]);
  assert.deepEqual(
    context.batches.map((batch) => batch.map(({ sequence }) => sequence)),
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
  );
});

test("the KV cache is altered between batches only", async () => {
  const context = new RecordedContext();
  const decoder = new BatchDecoder(context, { size: 32, ubatchCost: 0 });
  const decoded = decode(decoder, 0, [1]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(context.decoding, true);
  await Promise.all([decoded, decoder.change((addon) => addon.disposeSequence(3))]);
  assert.deepEqual(context.emptied, [3]);
});

test("a batch that fails fails its requests, a sampler that fails its own request", async () => {
  const context = new RecordedContext();
  const decoder = new BatchDecoder(context, { size: 32, ubatchCost: 0 });
  const onLogits = () => Promise.reject(new Error("no token is legal"));
  const outcomes = [
    decoder.decode({ sequence: 0, kind: "decode", position: 0, tokens: [1], outputs: 1, onLogits }),
    decode(decoder, 1, [1]),
  ];
  await assert.rejects(outcomes[0] ?? Promise.resolve(), /no token is legal/);
  assert.deepEqual(await outcomes[1], { taken: 1, result: [1] });
  context.failing = true;
  await assert.rejects(decode(decoder, 1, [1]), /no cell is free/);
  context.failing = false;
  assert.deepEqual(await decode(decoder, 1, [1]), { taken: 1, result: [0] });
});
