import { type Case, type Evidence, hasFault, select, TAKEOVER_MS, type Violation } from "./case.js";
import { fails } from "./endings.js";

/** A worker's step between adding a tool call and releasing the query takes no longer than this. */
const LETTING_GO_MS = 2_000;

/** A query that waits for its tool is in nobody's hands. */
export function checkWaiting(cases: readonly Case[], { faults }: Evidence): Violation[] {
  return cases.flatMap(({ id, events }) => {
    const ends = new Map(select(events, "run-end").map((end) => [end.run, end]));
    const runs = select(events, "run-start").map((run) => ({ ...run, until: ends.get(run.run)?.at }));
    return select(events, "tool-start").flatMap((tool) => {
      const holder = runs.find(
        (run) =>
          run.at < tool.at &&
          run.until !== undefined &&
          run.until > tool.at + LETTING_GO_MS &&
          !hasFault(faults, tool.at, run.until, [run.pid]),
      );
      return fails(
        holder !== undefined,
        "waiting-holds-no-slot",
        `${id}: ${holder?.run} held its slot while the tool of step ${tool.step} ran`,
      );
    });
  });
}

/** No worker holds more queries than it has slots. */
export function checkConcurrency({ events, slots, faults }: Evidence): Violation[] {
  const open = new Map<number, Set<string>>();
  const worst = new Map<number, number>();
  for (const { at, pid, event } of events) {
    const runs = open.get(pid) ?? new Set();
    open.set(pid, runs);
    if (event.type === "run-start") runs.add(event.run);
    if (event.type === "run-end") runs.delete(event.run);
    // A run that lost its lock may go on beside its successor until it notices.
    if (!hasFault(faults, at, at)) worst.set(pid, Math.max(worst.get(pid) ?? 0, runs.size));
  }
  return [...worst].flatMap(([pid, runs]) =>
    fails(runs > slots, "waiting-holds-no-slot", `${pid} held ${runs} queries on ${slots} slots`),
  );
}

export interface Order {
  readonly violations: Violation[];
  readonly freshStarts: number;
  /** Fresh queries that were begun while more resumable ones waited than dead workers can have held. */
  readonly overtaken: number;
}

/** Time from a tool's outcome to a worker that has noticed. */
const NOTICING_MS = 1_000;

/** Share of fresh starts that may be out of order: processes log a start later than Redis orders it. */
const OUT_OF_ORDER = 0.01;

/** A query that comes back from its tool takes precedence over a fresh one. */
export function checkOrder(cases: readonly Case[], { slots, faults }: Evidence): Order {
  const changes = cases
    .flatMap(waitsOf)
    .flatMap(({ from, to }) => [
      { at: from + NOTICING_MS, by: 1 },
      { at: to - NOTICING_MS, by: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  const fresh = cases.flatMap(freshStartOf).sort((a, b) => a - b);
  let waiting = 0;
  let next = 0;
  let overtaken = 0;
  for (const at of fresh) {
    for (let change = changes[next]; change && change.at <= at; change = changes[++next])
      waiting += change.by;
    // A worker with a fault may have taken as many as it has slots, and left no trace of it.
    const hit = faults.filter((fault) => fault.from <= at && fault.until + TAKEOVER_MS >= at).length;
    if (waiting > (1 + hit) * slots) overtaken++;
  }
  const violations = fails(
    overtaken > OUT_OF_ORDER * fresh.length,
    "resumed-first",
    `${overtaken} of ${fresh.length} fresh queries were begun before resumed ones`,
  );
  return { violations, freshStarts: fresh.length, overtaken };
}

/**
 * When a query was begun fresh. One that was delivered before, to a worker that did not live to write it
 * down, comes back by the stalled check, ahead of all.
 */
function freshStartOf({ events }: Case): number[] {
  const first = select(events, "run-start")[0];
  return first && first.activation === 1 ? [first.at] : [];
}

/** The times in which a query could be resumed and was not: its tool has answered and nobody holds it. */
function waitsOf({ events }: Case): { from: number; to: number }[] {
  const starts = select(events, "run-start");
  const ends = select(events, "run-end");
  // A tool that was faster than its query is read by the run that called it.
  const takes = [...starts, ...select(events, "model-start")];
  return select(events, "tool-settled").flatMap(({ at }) => {
    const holder = starts.findLast((start) => start.at < at);
    const letGo = ends.find((end) => end.run === holder?.run)?.at;
    const taken = Math.min(...takes.flatMap((take) => (take.at > at ? [take.at] : [])));
    if (letGo === undefined || taken === Number.POSITIVE_INFINITY) return [];
    const from = Math.max(at, letGo);
    return taken - from > 2 * NOTICING_MS ? [{ from, to: taken }] : [];
  });
}
