import assert from "node:assert/strict";
import { test } from "node:test";
import { describeQueue } from "./describe-queue.js";

test("every kind of queue says what its jobs are and leads to their page", () => {
  const cases = [
    ["agent.demo", "query_1", /Queries of the model demo/, "/queries/query_1"],
    ["agent.mixtral-8x7b-v0.1", "query_1", /model mixtral-8x7b-v0\.1:/, "/queries/query_1"],
    ["tools.search", "query_1-12", /Calls of search/, "/queries/query_1"],
    ["batches", "batch_1", /Batches that run/, "/batches/batch_1"],
    ["chunks", "batch_1-0", /Parts of batches/, "/batches/batch_1"],
    ["webhooks", "x", /Events/, "/webhooks"],
  ] as const;
  for (const [name, job, description, path] of cases) {
    const described = describeQueue(name);
    assert.match(described.description, description);
    assert.equal(described.pathOf(job), path);
  }
});
