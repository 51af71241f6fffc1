import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatAgo,
  formatBytes,
  formatCost,
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
  formatShort,
} from "./format.js";

test("numbers", () => {
  assert.deepEqual([0, 999, 1_234_567].map(formatCount), ["0", "999", "1,234,567"]);
  assert.deepEqual([0, 9_999, 12_345, 7_000_000].map(formatShort), ["0", "9,999", "12.3K", "7M"]);
  assert.deepEqual([0, 0.042, 3.14, 14.9, 12_345].map(formatRate), ["0", "0.04", "3.1", "15", "12.3K"]);
});

test("bytes", () => {
  assert.deepEqual([0, 1_023, 1_024, 150 * 1_024 ** 2, 80 * 1_024 ** 3].map(formatBytes), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "150 MiB",
    "80.0 GiB",
  ]);
});

test("durations", () => {
  const cases: [number, string][] = [
    [-5, "0 ms"],
    [340, "340 ms"],
    [4_240, "4.2 s"],
    [59_999, "59 s"],
    [200_000, "3 min 20 s"],
    [3_600_000, "1 h"],
    [90_000_000, "1 d 1 h"],
  ];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});

test("times gone by", () => {
  const now = 1_000_000_000;
  const cases: [number, string][] = [
    [-1_000, "just now"],
    [4_000, "just now"],
    [59_000, "59 s ago"],
    [125_000, "2 min ago"],
    [7_300_000, "2 h ago"],
    [200_000_000, "2 d ago"],
  ];
  for (const [passed, text] of cases) assert.equal(formatAgo(now - passed, now), text);
});

test("shares are whole only where the part is", () => {
  const cases: [number, number, string][] = [
    [0, 0, "0 %"],
    [1, 1_000, "< 1 %"],
    [999, 1_000, "99 %"],
    [1_000, 1_000, "100 %"],
  ];
  for (const [part, total, text] of cases) assert.equal(formatShare(part, total), text);
});

test("costs", () => {
  const usd = (amount: number) => formatCost({ amount, currency: "USD" });
  assert.deepEqual([0, 0.00421, 0.5, 12.345].map(usd), ["$0.00", "$0.0042", "$0.50", "$12.35"]);
});
