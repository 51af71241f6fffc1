import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueryView } from "@bullpen/protocol";
import { describeVotes } from "./describe-votes.js";

type Votes = NonNullable<QueryView["votes"]>;

/** A vote in which the runs answered so; the first answer is the query's. Null is a run that failed. */
function vote(...answers: (string | null)[]): Votes {
  const given = answers.filter((answer) => answer !== null);
  const runs = answers.map((answer) => ({ answer, agrees: answer === given[0] }));
  const agreed = runs.filter(({ agrees }) => agrees).length;
  // A cast: the other fields of a run do not matter here.
  return { requested: 5, answers: given.length, agreed, share: null, runs } as unknown as Votes;
}

test("a line says how many agree, and what the others answer", () => {
  assert.equal(describeVotes(vote("5", "5", "5")), "3 of 3 answers agree (3 runs)");
  assert.equal(describeVotes(vote("5", "6", null, "5")), "2 of 3 answers agree (4 runs). Others: 6");
  assert.equal(
    describeVotes(vote("5", "6", "7\n7", "8".repeat(99), "9")),
    `1 of 5 answers agree (5 runs). Others: 6; 7 7; ${"8".repeat(60)}…; and 1 more`,
  );
  assert.equal(describeVotes({ ...vote(null), agreed: 0 }), "no answer to vote on (1 run)");
});
