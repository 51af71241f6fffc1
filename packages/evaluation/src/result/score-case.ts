import { checkJson } from "../checks/check-json.js";
import { checkNumeric } from "../checks/check-numeric.js";
import { checkRegex } from "../checks/check-regex.js";
import { checkContains, checkExact } from "../checks/check-text.js";
import { checkTool } from "../checks/check-tool.js";
import type { Verdict } from "../checks/verdict.js";
import { type EvaluationCase, textsOf, wantedCallsOf } from "../dataset/case-schema.js";
import { questionText } from "../dataset/question-text.js";
import type { Generation, Judgement, ScoredCase } from "./result-schema.js";

/** The class of cases that name none. */
const NO_CLASS = "all";

/** Asks a judge about an answer and keeps what it said. It does not throw: an error is part of the judgement. */
export type Judge = (evaluated: EvaluationCase, answer: string) => Promise<Judgement>;

/**
 * Scores one case. A case without an answer is `failed`, whatever its check would say, one without a verdict is
 * `unjudged`: neither is a wrong answer.
 *
 * @param judge needed for cases with the check `judge`.
 */
export async function scoreCase(
  evaluated: EvaluationCase,
  generation: Generation,
  judge: Judge | undefined,
): Promise<ScoredCase> {
  const { id, question, answer: expected, check } = evaluated;
  const base = {
    id,
    class: evaluated.class ?? NO_CLASS,
    question: questionText({ question, documents: evaluated.documents }),
    expected,
    check: check.type,
    generation,
  };
  const { answer, error } = generation;
  if (answer === null) {
    const reason = error ? `${error.code}: ${error.message}` : "There is no answer.";
    return { ...base, outcome: "failed", reason };
  }
  if (check.type === "judge") {
    const judgement = await judge?.(evaluated, answer);
    return { ...base, ...judged(judgement) };
  }
  const { passed, reason } = verdictOf(evaluated, generation, answer);
  return { ...base, outcome: passed ? "right" : "wrong", reason };
}

function judged(judgement: Judgement | undefined): Pick<ScoredCase, "outcome" | "reason" | "judgement"> {
  if (!judgement) return { outcome: "unjudged", reason: "No judge was named." };
  const { verdict, reply, error } = judgement;
  if (verdict !== null) {
    return { outcome: verdict === "correct" ? "right" : "wrong", reason: reply ?? "", judgement };
  }
  return { outcome: "unjudged", reason: error ?? "The judge gave no verdict.", judgement };
}

function verdictOf(evaluated: EvaluationCase, { steps }: Generation, answer: string): Verdict {
  const { check, answer: wanted, question } = evaluated;
  switch (check.type) {
    case "numeric":
      return checkNumeric(typeof wanted === "number" ? wanted : String(wanted), { answer, question }, check);
    case "exact":
      return checkExact(textsOf(wanted), answer, check);
    case "contains":
      return checkContains(textsOf(wanted), answer, check);
    case "regex":
      return checkRegex(String(wanted), answer, check);
    case "json":
      return checkJson(wanted, answer, check);
    case "tool":
      return checkTool(wantedCallsOf(wanted), steps);
    case "judge":
      throw new Error("A judge is asked before.");
  }
}
