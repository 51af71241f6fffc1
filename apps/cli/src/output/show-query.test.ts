import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueryView } from "@bullpen/protocol";
import { noteCutAnswers } from "./show-query.js";

/** What {@link noteCutAnswers} prints for queries that ended for these reasons. */
function noteFor(
  t: { mock: typeof import("node:test").mock },
  ...reasons: ("stop" | "length" | "forced")[]
): string[] {
  const { mock } = t.mock.method(console, "error", () => {});
  // A cast: the other fields of a query do not matter here.
  noteCutAnswers(
    reasons.map(
      (reason) =>
        ({
          finish_reason: reason === "forced" ? "length" : reason,
          forced: reason === "forced",
        }) as QueryView,
    ),
  );
  return mock.calls.map((call) => String(call.arguments[0]));
}

test("answers cut off by a limit are counted on standard error, complete ones are not", (t) => {
  assert.deepEqual(noteFor(t, "stop", "stop"), []);
  const why = "a limit of tokens (max_tokens, max_total_tokens) or the model's context was reached.";
  assert.deepEqual(noteFor(t, "length"), [`The answer is cut off: ${why}`]);
  t.mock.restoreAll();
  assert.deepEqual(noteFor(t, "stop", "length", "length"), [`2 of 3 answers are cut off: ${why}`]);
  t.mock.restoreAll();
  const said =
    "what the model said when it could make no more tool calls: a limit or a guard was reached (forced_by).";
  assert.deepEqual(noteFor(t, "stop", "forced"), [`1 of 2 answers are ${said}`]);
});
