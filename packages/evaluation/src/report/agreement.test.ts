import assert from "node:assert/strict";
import { test } from "node:test";
import type { ScoredCase } from "../result/result-schema.js";
import { agreementRows } from "./agreement.js";

function voted(share: number | null | undefined, outcome: ScoredCase["outcome"]): ScoredCase {
  const votes = share === undefined ? undefined : { requested: 5, answers: 5, agreed: null, share };
  // A cast: of a case only what is counted.
  return { outcome, generation: { votes } } as unknown as ScoredCase;
}

test("cases are counted by the share of runs that agreed, from all to few", () => {
  const cases = [
    voted(0.4, "wrong"),
    voted(1, "right"),
    voted(0.75, "right"),
    voted(0.6, "right"),
    voted(0.5, "wrong"),
    voted(1, "failed"),
  ];
  assert.deepEqual(agreementRows(cases), [
    { name: "all runs agree", cases: 2, right: 1, scored: 1 },
    { name: "three quarters agree", cases: 1, right: 1, scored: 1 },
    { name: "half agree", cases: 2, right: 1, scored: 2 },
    { name: "fewer agree", cases: 1, right: 0, scored: 1 },
  ]);
});

test("without votes, or where none was decided, there is nothing to tell", () => {
  assert.deepEqual(agreementRows([voted(undefined, "right"), voted(null, "failed")]), []);
});
