import assert from "node:assert/strict";
import { test } from "node:test";
import { renderActionContinuation } from "@bullpen/contracts";
import { ScriptedModel } from "@bullpen/llm/testing";
import { measureThroughput, ratesIn } from "./measure-throughput.js";

test("a turn's tokens are spread over its time, and count where they fall", () => {
  const turns = [
    { startedAt: 0, endedAt: 2_000, tokens: 20 },
    { startedAt: 1_500, endedAt: 2_500, tokens: 10 },
    { startedAt: 9_000, endedAt: 9_500, tokens: 99 },
  ];
  assert.deepEqual(ratesIn(turns, 1_000, 3_000, 2), [15, 5]);
});

test("all slots are kept at work on agents' turns", async () => {
  let turns = 0;
  const model = new ScriptedModel({
    slots: 3,
    script: async ({ messages }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      turns++;
      const tool_name = messages.length < 4 ? "Search" : "Final Answer";
      return { text: renderActionContinuation({ tool_name, input: "x" }), usage: { completion_tokens: 7 } };
    },
  });
  const rates = await measureThroughput(model, 0.4);
  assert.equal(model.peakConcurrency, 3);
  assert.equal(rates?.length, 4);
  assert.ok(rates.every((rate) => rate > 0));
  assert.ok(turns >= 6);
  assert.ok(
    model.requests.some(({ messages }) => messages.length === 4),
    "tools answer, turns follow",
  );
});

test("a model that fails fails the measurement", async () => {
  const model = new ScriptedModel({ script: () => new Error("out of memory") });
  await assert.rejects(measureThroughput(model, 0.2), (error: Error) =>
    /out of memory/.test(String(error.cause ?? error)),
  );
});
