import assert from "node:assert/strict";
import { test } from "node:test";
import { LineTimes } from "./line-times.js";

function result(trace: object | undefined): Uint8Array {
  return Buffer.from(`${JSON.stringify({ response: { body: { bullpen: trace } } })}\n`);
}

test("lines are counted by turns, tool calls and time; one that became no query is counted alone", () => {
  const times = new LineTimes();
  for (const duration_ms of [3, 180, 200, 201, 900])
    times.add(result({ turns: 2, tool_calls: 1, duration_ms }));
  times.add(result({ turns: 10, tool_calls: 9, duration_ms: null }));
  times.add(result(undefined));
  times.add(Buffer.from('{"response":null}\n'));
  const { counted, turns, tool_calls, duration } = times.view();
  assert.equal(counted, 8);
  assert.deepEqual(turns, [
    { turns: 2, lines: 5 },
    { turns: 10, lines: 1 },
  ]);
  assert.deepEqual(
    tool_calls.map((row) => row.lines),
    [5, 1],
  );
  assert.deepEqual([duration.median_ms, duration.p95_ms], [200, 900]);
  assert.deepEqual(
    duration.buckets.map(({ up_to_ms, lines }) => [up_to_ms, lines]),
    [
      [5, 1],
      [10, 0],
      [20, 0],
      [50, 0],
      [100, 0],
      [200, 2],
      [500, 1],
      [1_000, 1],
    ],
  );
});

test("of no lines nothing is known", () => {
  const { turns, duration } = new LineTimes().view();
  assert.deepEqual([turns, duration], [[], { median_ms: null, p95_ms: null, buckets: [] }]);
});
