import type { QueryRecord } from "@bullpen/queue";
import type { RequirementId } from "../../source-checks/requirements/requirements.js";
import type { EventBody, Stamped } from "../history.js";
import type { InjectedFault } from "../injectors/injected-fault.js";
import type { QueryPlan } from "../query-plan.js";

/** All that a run of the suite leaves, which is all that the checks read. */
export interface Evidence {
  /** The complete history of all processes, in order of time. */
  readonly events: readonly Stamped[];
  readonly faults: readonly InjectedFault[];
  /** What was accepted. */
  readonly accepted: ReadonlyMap<string, QueryPlan>;
  /** What is there in the end; nothing for a query that is gone. */
  readonly records: ReadonlyMap<string, QueryRecord>;
  /** Every id that a walk through the list of results met, as often as it met it. */
  readonly listed: readonly string[];
  /** Slots of each worker. */
  readonly slots: number;
}

/** A promise that was broken, with the requirement's id. */
export interface Violation {
  readonly requirement: RequirementId;
  readonly what: string;
}

/** One query's part of the evidence. */
export interface Case {
  readonly id: string;
  readonly plan: QueryPlan;
  readonly record: QueryRecord | undefined;
  readonly events: readonly Stamped[];
}

export function casesOf(evidence: Evidence): Case[] {
  const byQuery = new Map<string, Stamped[]>([...evidence.accepted.keys()].map((id) => [id, []]));
  for (const stamped of evidence.events) byQuery.get(queryOf(stamped.event))?.push(stamped);
  return [...evidence.accepted].map(([id, plan]) => ({
    id,
    plan,
    record: evidence.records.get(id),
    events: byQuery.get(id) ?? [],
  }));
}

function queryOf(event: EventBody): string {
  if ("query" in event) return event.query;
  return "call" in event ? event.call.slice(0, event.call.lastIndexOf("-")) : "";
}

type Of<Type extends EventBody["type"]> = Extract<EventBody, { type: Type }> & { at: number; pid: number };

/** The events of one type, each with its time and process. */
export function select<Type extends EventBody["type"]>(events: readonly Stamped[], type: Type): Of<Type>[] {
  // A cast: TypeScript does not narrow a union by a generic's value.
  return events.flatMap(({ at, pid, event }) =>
    event.type === type ? [{ ...event, at, pid } as Of<Type>] : [],
  );
}

/** Whether what was acknowledged at this time may have been lost with Redis. */
export function mayBeLost(at: number, faults: readonly InjectedFault[]): boolean {
  return faults.some((fault) => fault.lossFrom !== undefined && at >= fault.lossFrom && at <= fault.until);
}

/** A dead or stalled worker's queries move on within lock and stalled check. */
export const TAKEOVER_MS = 15_000;

/** Whether a fault of one of the processes was on, or being recovered from, in this time. */
export function hasFault(
  faults: readonly InjectedFault[],
  from: number,
  to: number,
  pids?: readonly number[],
): boolean {
  return faults.some(
    ({ target, from: begun, until }) =>
      (target === "redis" || pids === undefined || pids.includes(target)) &&
      begun <= to &&
      until + TAKEOVER_MS >= from,
  );
}
