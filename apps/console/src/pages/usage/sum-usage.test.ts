import assert from "node:assert/strict";
import { test } from "node:test";
import type { UsageView } from "@bullpen/client";
import { lastDays, sumUsage } from "./sum-usage.js";

const row = (date: string, model: string, queries: number): UsageView => ({
  object: "usage",
  date,
  tenant: "default",
  key_id: null,
  cost: null,
  model,
  queries,
  input_tokens: queries * 10,
  output_tokens: queries,
});

test("usage is summed by a name, and a name without usage is 0", () => {
  const rows = [row("2026-11-01", "a", 1), row("2026-11-01", "b", 2), row("2026-11-03", "a", 4)];
  assert.deepEqual(
    sumUsage(rows, ({ date }) => date, ["2026-11-01", "2026-11-02", "2026-11-03"]),
    [
      { name: "2026-11-01", queries: 3, inputTokens: 30, outputTokens: 3 },
      { name: "2026-11-02", queries: 0, inputTokens: 0, outputTokens: 0 },
      { name: "2026-11-03", queries: 4, inputTokens: 40, outputTokens: 4 },
    ],
  );
  assert.deepEqual(
    sumUsage(rows, ({ model }) => model).map(({ name, queries }) => [name, queries]),
    [
      ["a", 5],
      ["b", 2],
    ],
  );
});

test("days are those of UTC, over the end of a month and of a year", () => {
  assert.deepEqual(lastDays(3, Date.parse("2027-01-01T00:00:00Z")), [
    "2026-12-30",
    "2026-12-31",
    "2027-01-01",
  ]);
  assert.deepEqual(lastDays(1, Date.parse("2026-02-28T23:59:59Z")), ["2026-02-28"]);
});
