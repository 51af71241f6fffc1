import { casesOf, type Evidence, select, type Violation } from "./checks/case.js";
import { checkEndings } from "./checks/endings.js";
import { checkConcurrency, checkOrder, checkWaiting } from "./checks/slots.js";
import { checkTools, checkTurns } from "./checks/steps.js";
import { checkTakeover, type Delays } from "./checks/takeover.js";
import { idealToolCalls, idealTurns } from "./query-plan.js";

export interface Verdict {
  readonly violations: readonly Violation[];
  readonly numbers: {
    readonly queries: number;
    readonly completed: number;
    readonly modelCalls: number;
    readonly idealModelCalls: number;
    readonly toolRuns: number;
    readonly idealToolRuns: number;
    /** Turns that were recorded, or came too late to be, by a worker that had lost its query. */
    readonly voidTurns: number;
    readonly freshStarts: number;
    readonly overtaken: number;
    readonly afterKillMs: Delays;
    readonly afterTermMs: Delays;
  };
}

/** Judges a whole run of the suite by its history and by the final state. */
export function checkHistory(evidence: Evidence): Verdict {
  const cases = casesOf(evidence);
  const order = checkOrder(cases, evidence);
  const takeover = checkTakeover(cases, evidence);
  const plans = cases.map((one) => one.plan);
  const count = (type: Parameters<typeof select>[1]) =>
    cases.reduce((sum, one) => sum + select(one.events, type).length, 0);
  const idealModelCalls = plans.reduce((sum, plan) => sum + idealTurns(plan), 0);
  return {
    violations: [
      ...checkEndings(cases, evidence),
      ...checkTurns(cases, evidence),
      ...checkTools(cases, evidence),
      ...checkWaiting(cases, evidence),
      ...checkConcurrency(evidence),
      ...order.violations,
      ...takeover.violations,
    ],
    numbers: {
      queries: cases.length,
      completed: cases.filter((one) => one.record?.outcome?.status === "completed").length,
      modelCalls: count("model-start"),
      idealModelCalls,
      toolRuns: count("tool-start"),
      idealToolRuns: plans.reduce((sum, plan) => sum + idealToolCalls(plan), 0),
      voidTurns: count("model-end") - idealModelCalls,
      freshStarts: order.freshStarts,
      overtaken: order.overtaken,
      afterKillMs: takeover.afterKill,
      afterTermMs: takeover.afterTerm,
    },
  };
}
