import assert from "node:assert/strict";
import { test } from "node:test";
import { guardEventSchema, type LanguageModel, lastTurnReasonSchema } from "@bullpen/contracts";
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
