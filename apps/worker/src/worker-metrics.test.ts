import assert from "node:assert/strict";
import { test } from "node:test";
import {
  guardEventSchema,
  type LanguageModel,
  lastTurnReasonSchema,
  samplingSchema,
} from "@bullpen/contracts";
import { createMetrics } from "@bullpen/runtime";
import { createWorkerMetrics } from "./worker-metrics.js";

test("guard events and last turns are counted by what they were", async () => {
  const model: LanguageModel = {
    name: "m",
    slots: 1,
    contextTokens: 1,
    complete: () => Promise.reject(new Error("it is not asked")),
    close: async () => {},
  };
  const registry = createMetrics("worker");
  const metrics = createWorkerMetrics(registry, model);
  for (const event of guardEventSchema.options) metrics.countGuard(event);
  metrics.countGuard("closed");
  for (const reason of lastTurnReasonSchema.options) metrics.countLastTurn(reason);
  const text = await registry.metrics();
  const counted = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{.*?(?:event|reason)="(\\w+)".*?\\} (\\d+)$`, "gm"))].map(
      ([, label, count]) => [label, Number(count)],
    );
  assert.deepEqual(counted("bullpen_guard_events_total"), [
    ["repeated", 1],
    ["closed", 2],
    ["stopped", 1],
  ]);
  assert.deepEqual(counted("bullpen_last_turns_total"), [
    ["max_steps", 1],
    ["max_total_tokens", 1],
    ["timeout_seconds", 1],
    ["repeats", 1],
    ["failures", 1],
  ]);
});

test("turns that wait for a slot are not counted as slots that generate", async () => {
  const ends: (() => void)[] = [];
  const model: LanguageModel = {
    name: "m",
    slots: 2,
    contextTokens: 1,
    complete: () => new Promise((_, reject) => ends.push(() => reject(new Error("ended")))),
    close: async () => {},
  };
  const registry = createMetrics("worker");
  const metrics = createWorkerMetrics(registry, model);
  const busy = async () => Number(/^bullpen_slots_busy\S* (\d+)$/m.exec(await registry.metrics())?.[1]);
  const request = { messages: [], primer: "", sampling: samplingSchema.parse({}), maxTokens: 1 };
  const measured = metrics.measure(model);
  const turns = [1, 2, 3].map(() => measured.complete(request, new AbortController().signal).catch(() => {}));
  assert.equal(await busy(), 2);
  assert.equal(metrics.activity().busySlots, 2);
  for (const end of ends) end();
  await Promise.all(turns);
  assert.equal(await busy(), 0);
});
