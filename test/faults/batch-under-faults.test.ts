import assert from "node:assert/strict";
import { test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { runBatchUnderFaults } from "./batch-under-faults.js";

test(
  verifies(
    [
      "batch-lines-once",
      "batch-counts-agree",
      "batcher-dies",
      "redis-wiped-batches",
      "batch-pause",
      "batch-budget",
      "batch-retry",
    ],
    "kills of every process and a total loss of Redis lose no line of a batch and double none",
  ),
  async () => {
    const result = await runBatchUnderFaults({ lines: 120, kills: 5, wipeAt: 0.4 });
    assert.equal(result.kills.length, 5);
    assert.ok(result.wiped);
    assert.deepEqual(result.held, ["paused", "out of budget"]);
    assert.ok(
      result.right >= result.completed * 0.9,
      `${result.right} of ${result.completed} sums are right`,
    );
    assert.ok(result.completed >= 115, `${result.completed} of 120 completed`);
  },
);
