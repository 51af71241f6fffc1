import type { RequirementId } from "../../source-checks/requirements/requirements.js";
import type { InjectedFault } from "../injectors/injected-fault.js";
import { type Case, type Evidence, select, TAKEOVER_MS, type Violation } from "./case.js";
import { fails } from "./endings.js";

export interface Takeover {
  readonly violations: Violation[];
  readonly afterKill: Delays;
  readonly afterTerm: Delays;
}

/** Milliseconds from a fault until each query of its target ran elsewhere, in ascending order. */
export interface Delays {
  /** No other worker had a fault in this time: what is promised holds for these. */
  readonly alone: readonly number[];
  /** Another worker had a fault before the query ran again: it may have been the one that took it. */
  readonly beside: readonly number[];
}

/** A process that answers SIGTERM hands back what it holds within this time. */
const HANDOVER_MS = 1_000;

/** Scheduling on a loaded machine, on top of what is promised. */
const SLACK_MS = 1_000;

/** A killed worker's queries run elsewhere within 15 s, a terminated one's within 1 s. */
export function checkTakeover(cases: readonly Case[], { faults }: Evidence): Takeover {
  const measure = (kind: string, requirement: RequirementId, boundMs: number) => {
    const alone: number[] = [];
    const beside: number[] = [];
    const violations: Violation[] = [];
    for (const fault of faults.filter((one) => one.kind.startsWith(kind))) {
      if (fault.target === "redis") continue;
      for (const { id, at } of heldAt(cases, fault.target, fault.from)) {
        const delay = at - fault.from;
        const others = faults.filter(
          (other) =>
            other !== fault && concernsQueries(other) && other.from <= at && other.until >= fault.from,
        );
        // While all of Redis is away nobody can take anything.
        if (others.some((other) => other.target === "redis")) continue;
        (others.length === 0 ? alone : beside).push(delay);
        violations.push(
          ...fails(
            others.length === 0 && delay > boundMs + SLACK_MS,
            requirement,
            `${id} was stopped for ${delay} ms after ${fault.kind}`,
          ),
        );
      }
    }
    return { delays: { alone: sorted(alone), beside: sorted(beside) }, violations };
  };
  const kill = measure("SIGKILL worker", "worker-dies", TAKEOVER_MS);
  const term = measure("SIGTERM worker", "worker-stops", HANDOVER_MS);
  return {
    violations: [...kill.violations, ...term.violations],
    afterKill: kill.delays,
    afterTerm: term.delays,
  };
}

/** Only workers take queries: a fault of an api or a tool-worker keeps none of them from it. */
function concernsQueries({ target, kind }: InjectedFault): boolean {
  return target === "redis" || kind.includes(" worker");
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** Queries that a process held at a time and did not release itself, and when they ran next. */
function heldAt(cases: readonly Case[], pid: number, at: number): { id: string; at: number }[] {
  return cases.flatMap(({ id, events }) => {
    const held = select(events, "run-start").findLast((run) => run.at <= at);
    if (held?.pid !== pid) return [];
    const end = select(events, "run-end").find(({ run }) => run === held.run);
    if (end && (end.at <= at || end.result !== "error")) return [];
    const next = select(events, "run-start").find((run) => run.at > at);
    // It may have been past its last write.
    return next ? [{ id, at: next.at }] : [];
  });
}
