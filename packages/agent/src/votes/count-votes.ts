import type { Outcome, RunOutcome } from "@bullpen/contracts";
import { answerKey, callsKey } from "./answer-key.js";

export interface Count {
  /** Whether the runs that are left cannot bring another answer level with the first. */
  readonly isDecided: boolean;
  /** How the query ends if no further run is made. */
  readonly outcome: Outcome;
}

/**
 * The answer on which most runs agree. Of several that as many gave, the one that was given first.
 *
 * A run that failed gives no answer, nor does one whose answer is empty as long as another's is not. If all fail, the
 * query fails as most of them did.
 *
 * @param ended how the runs so far ended, in their order; one at least.
 * @param votes how many runs may be made.
 */
export function countVotes(ended: readonly RunOutcome[], votes: number, question: string): Count {
  const groups = groupAnswers(ended, question);
  const left = votes - ended.length;
  const [winner, second] = [...groups].sort((a, b) => b.length - a.length); // stable: the first given stays ahead
  if (!winner)
    return {
      isDecided: left <= 0,
      outcome: { ...commonFailure(ended, `votes: ${votes}`), votes: { runs: record(ended, []) } },
    };
  const chosen = ended[winner[0] ?? 0];
  if (chosen?.status !== "completed") throw new Error("a run that gave an answer is completed");
  return {
    isDecided: left <= 0 || winner.length > (second?.length ?? 0) + left,
    outcome: { ...chosen, votes: { runs: record(ended, winner) } },
  };
}

/**
 * The answers of runs that do not vote: each is one of the query's answers, the first of them that of the query. If all
 * fail, the query fails as most of them did.
 *
 * @param ended how the runs so far ended, in their order; one at least.
 * @param n how many answers are wanted.
 */
export function countChoices(ended: readonly RunOutcome[], n: number): Count {
  const first = ended.findIndex(({ status }) => status === "completed");
  const outcome = ended[first] ?? commonFailure(ended, `n: ${n}`);
  return { isDecided: ended.length >= n, outcome: { ...outcome, votes: { runs: record(ended, [first]) } } };
}

/** The indexes of the runs that gave the same answer, in the order in which each answer was given first. */
function groupAnswers(ended: readonly RunOutcome[], question: string): number[][] {
  const isAnswer = (run: RunOutcome) =>
    run.status === "completed" && (run.answer.trim() !== "" || run.tool_calls);
  const hasAnswer = ended.some(isAnswer);
  const groups = new Map<string, number[]>();
  for (const [index, run] of ended.entries()) {
    if (run.status !== "completed" || (hasAnswer && !isAnswer(run))) continue;
    const key = run.tool_calls ? callsKey(run.tool_calls) : answerKey(run.answer, question);
    const members = groups.get(key);
    if (members) members.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()];
}

function record(ended: readonly RunOutcome[], agreeing: readonly number[]) {
  return ended.map((outcome, index) => ({ outcome, agrees: agreeing.includes(index) }));
}

/** The failure that most runs had; of several, the first. */
function commonFailure(
  ended: readonly RunOutcome[],
  asked: string,
): Extract<RunOutcome, { status: "failed" }> {
  const failures = ended.flatMap((run) => (run.status === "failed" ? [run] : []));
  const count = (code: string) => failures.filter(({ error }) => error.code === code).length;
  const [common] = [...failures].sort((a, b) => count(b.error.code) - count(a.error.code));
  if (!common) throw new Error("a vote without an answer has a failure");
  const { code, message } = common.error;
  const many = ended.length === 1 ? "The run" : `All ${ended.length} runs`;
  const such = count(code) < ended.length ? `, ${count(code)} of them so` : "";
  return {
    status: "failed",
    error: { code, message: `${many} failed${such} (${asked}). ${message}` },
  };
}
