import type { RequirementId } from "../../requirements.js";
import type { Bite } from "../instruments/bite.js";
import { type Case, type Evidence, select, TAKEOVER_MS, type Violation } from "./case.js";
import { fails } from "./endings.js";

export interface Takeover {
  readonly violations: Violation[];
  readonly afterKill: Delays;
  readonly afterTerm: Delays;
}

/** Milliseconds from a fault until each query of the process that it hit ran elsewhere, in ascending order. */
export interface Delays {
  /** No other worker was hit in this time: what is promised holds for these. */
  readonly alone: readonly number[];
  /** Another worker was hit before the query ran again: it may have been the one that took it. */
  readonly beside: readonly number[];
}

/** A process that answers SIGTERM hands back what it holds within this time. */
const HANDOVER_MS = 1_000;

/** Scheduling on a loaded machine, on top of what is promised. */
const SLACK_MS = 1_000;

/** A killed worker's queries run elsewhere within 15 s, a terminated one's within 1 s. */
export function checkTakeover(cases: readonly Case[], { bites }: Evidence): Takeover {
  const measure = (kind: string, requirement: RequirementId, boundMs: number) => {
    const alone: number[] = [];
    const beside: number[] = [];
    const violations: Violation[] = [];
    for (const bite of bites.filter((one) => one.kind.startsWith(kind))) {
      if (bite.hit === "redis") continue;
      for (const { id, at } of heldAt(cases, bite.hit, bite.from)) {
        const delay = at - bite.from;
        const others = bites.filter(
          (other) => other !== bite && concernsQueries(other) && other.from <= at && other.until >= bite.from,
        );
        // While all of Redis is away nobody can take anything.
        if (others.some((other) => other.hit === "redis")) continue;
        (others.length === 0 ? alone : beside).push(delay);
        violations.push(
          ...fails(
            others.length === 0 && delay > boundMs + SLACK_MS,
            requirement,
            `${id} stood still for ${delay} ms after ${bite.kind}`,
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

/** Only workers take queries: what hits an api or a tool-worker keeps none of them from it. */
function concernsQueries({ hit, kind }: Bite): boolean {
  return hit === "redis" || kind.includes(" worker");
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** Queries that a process held at a time and did not let go of itself, and when they ran next. */
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
