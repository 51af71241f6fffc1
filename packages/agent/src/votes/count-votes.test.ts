import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FailureCode, RunOutcome } from "@bullpen/contracts";
import { countVotes } from "./count-votes.js";

const QUESTION = "How many?";

/** Runs as a row of words: an answer each, or a failure's code after an exclamation mark. */
function runs(...words: string[]): RunOutcome[] {
  return words.map((word): RunOutcome => {
    if (!word.startsWith("!")) return { status: "completed", answer: word };
    // A cast: the words of this file are codes.
    return {
      status: "failed",
      error: { code: word.slice(1) as FailureCode, message: `It was ${word.slice(1)}.` },
    };
  });
}

function count(votes: number, ...words: string[]) {
  const { isDecided, outcome } = countVotes(runs(...words), votes, QUESTION);
  const agrees = "votes" in outcome ? outcome.votes?.runs.map((run) => run.agrees) : undefined;
  return { isDecided, outcome, agrees, answer: outcome.status === "completed" ? outcome.answer : undefined };
}

describe("a vote is decided as soon as no other answer can draw level", () => {
  const rows: readonly (readonly [votes: number, words: string, isDecided: boolean])[] = [
    [2, "5", false],
    [2, "5 5", true],
    [2, "5 6", true],
    [3, "5 5", true],
    [3, "5 6", false],
    [4, "5 5", false],
    [4, "5 5 5", true],
    [5, "5 5", false],
    [5, "5 5 5", true],
    [5, "5 6 5", false],
    [5, "5 6 5 5", true],
    [5, "!max_steps !max_steps 5", false],
    [5, "!max_steps !max_steps 5 5", true],
    [3, "!max_steps !max_steps", false],
    [3, "!max_steps !max_steps !max_steps", true],
  ];
  for (const [votes, words, isDecided] of rows) {
    test(`${votes} votes, ${words}`, () => {
      assert.equal(count(votes, ...words.split(" ")).isDecided, isDecided);
    });
  }
});

test("the answer on which most agree is that of the first run that gave it", () => {
  const { answer, agrees } = count(5, "6", "It is 5.", "5", "7", "5.0");
  assert.equal(answer, "It is 5.");
  assert.deepEqual(agrees, [false, true, true, false, true]);
});

test("in a tie the answer that was given first wins", () => {
  assert.equal(count(4, "7", "5", "5", "7").answer, "7");
  assert.equal(count(3, "9", "8", "7").answer, "9");
});

test("runs that failed, and empty answers beside others, have no vote", () => {
  const { answer, agrees } = count(5, "!max_steps", "!max_steps", "", "", "5");
  assert.equal(answer, "5");
  assert.deepEqual(agrees, [false, false, false, false, true]);
  assert.equal(count(2, "", "!max_steps").answer, "", "an empty answer is better than none");
});

test("the answer keeps what is said of its own run", () => {
  const forced: RunOutcome = {
    status: "completed",
    answer: "5",
    finish_reason: "length",
    forced_by: "max_steps",
  };
  const { outcome } = countVotes([...runs("6"), forced, ...runs("5")], 3, QUESTION);
  assert.ok(outcome.status === "completed");
  assert.deepEqual([outcome.finish_reason, outcome.forced_by], ["length", "max_steps"]);
});

test("where all fail, the query fails as most of them did", () => {
  const { outcome } = count(3, "!max_tokens", "!max_steps", "!max_steps");
  assert.ok(outcome.status === "failed");
  assert.equal(outcome.error.code, "max_steps");
  assert.equal(outcome.error.message, "All 3 runs failed, 2 of them so (votes: 3). It was max_steps.");
  const tie = count(2, "!max_tokens", "!max_steps").outcome;
  assert.ok(tie.status === "failed" && tie.error.code === "max_tokens", "of two codes the first");
});

test("calls of the caller's tools are compared by name and arguments", () => {
  const call = (name: string, args: string): RunOutcome => ({
    status: "completed",
    answer: "",
    finish_reason: "tool_calls",
    tool_calls: [{ step: 0, name, arguments: args }],
  });
  const ended = [
    call("f", '{"a":2}'),
    call("f", '{"a":1,"b":2}'),
    call("g", '{"a":1,"b":2}'),
    call("f", '{"b": 2, "a": 1}'),
  ];
  const { outcome } = countVotes(ended, 4, QUESTION);
  assert.ok(outcome.status === "completed");
  assert.deepEqual(
    outcome.votes?.runs.map(({ agrees }) => agrees),
    [false, true, false, true],
  );
});
