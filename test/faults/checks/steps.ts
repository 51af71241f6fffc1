import { markOf } from "../query-plan.js";
import { type Case, type Evidence, hasFault, mayBeLost, select, type Violation } from "./case.js";
import { fails } from "./endings.js";

/** No finished step is run again; a step in flight at a fault may be, and leaves no trace then. */
export function checkTurns(cases: readonly Case[], { faults }: Evidence): Violation[] {
  return cases.flatMap((one) => {
    const steps = new Set(select(one.events, "model-start").map((call) => call.step));
    return [...steps].flatMap((step) => [
      ...checkRerun(one, step, faults),
      ...checkCause(one, step, faults),
      ...checkOverwritten(one, step, faults),
    ]);
  });
}

/** The first lasting acknowledgement of a step's turn. */
function firstAck({ events }: Case, step: number, faults: Evidence["faults"]) {
  return select(events, "record-ack").find((ack) => ack.step === step && !mayBeLost(ack.at, faults));
}

/**
 * A model call after the step's turn was recorded, by a run that could have known: it began later, or it is
 * the one that recorded the turn. (A run that began earlier was overtaken; its turn is void.)
 */
function checkRerun(one: Case, step: number, faults: Evidence["faults"]): Violation[] {
  const ack = firstAck(one, step, faults);
  if (!ack) return [];
  const begun = new Map(select(one.events, "run-start").map((run) => [run.run, run.at]));
  const reruns = select(one.events, "model-start").filter(
    (call) =>
      call.step === step &&
      call.at > ack.at &&
      (call.run === ack.run || (begun.get(call.run) ?? call.at) > ack.at),
  );
  return reruns.flatMap((call) =>
    fails(
      true,
      "steps-once",
      `${one.id}: step ${step} was finished by ${ack.run} and run again by ${call.run}`,
    ),
  );
}

/** A turn is generated again only because of a fault. */
function checkCause(one: Case, step: number, faults: Evidence["faults"]): Violation[] {
  const calls = select(one.events, "model-start").filter((call) => call.step === step);
  return calls.slice(1).flatMap((call, i) => {
    const before = calls[i]?.at ?? call.at;
    return fails(
      !hasFault(faults, before, call.at),
      "steps-once",
      `${one.id}: step ${step} was run twice without a fault`,
    );
  });
}

/** The final record is the first one, and every later read of the transcript saw it. */
function checkOverwritten(one: Case, step: number, faults: Evidence["faults"]): Violation[] {
  const ack = firstAck(one, step, faults);
  if (!ack) return [];
  const candidates = select(one.events, "record-start")
    .filter((record) => record.step === step && record.at <= ack.at)
    .map((record) => record.mark);
  const stands = one.record?.transcript.steps[step]?.turn.text;
  const isStanding = stands === undefined || candidates.includes(markOf(stands));
  return [
    ...fails(!isStanding, "steps-once", `${one.id}: the turn of step ${step} was overwritten`),
    ...checkReads(one, step, ack.at, candidates),
  ];
}

function checkReads(one: Case, step: number, since: number, candidates: readonly string[]): Violation[] {
  const reads = new Map(
    select(one.events, "read")
      .toReversed()
      .map((read) => [read.run, read]),
  );
  const runs = select(one.events, "run-start").filter((run) => run.at > since);
  return runs.flatMap(({ run }) => {
    const read = reads.get(run);
    const mark = read?.marks[step] ?? "";
    const isRight = read === undefined || candidates.includes(mark);
    return fails(
      !isRight,
      "steps-once",
      `${one.id}: ${run} read ${mark || "no turn"} as step ${step} after it was recorded`,
    );
  });
}

/** A tool is run after its turn was recorded, and not again once its outcome is with the query. */
export function checkTools(cases: readonly Case[], { faults }: Evidence): Violation[] {
  return cases.flatMap((one) => {
    const starts = select(one.events, "tool-start");
    const settled = select(one.events, "tool-settled").filter((event) => !mayBeLost(event.at, faults));
    const turns = select(one.events, "write-ack").filter((write) => write.field.endsWith(":action"));
    return starts.flatMap((start) => {
      // An outcome goes with the turn that asked for it, if Redis lost that.
      const isLost = turns.some(({ field, at }) => field === `${start.step}:action` && mayBeLost(at, faults));
      const calls = new Set(starts.filter(({ step }) => step === start.step).map(({ call }) => call));
      const before = settled.find(({ call, at }) => calls.has(call) && at < start.at);
      const intent = turns.find(({ field, at }) => field === `${start.step}:action` && at < start.at);
      // A process may die between a write and its acknowledgement: the next one has read it.
      const reading = firstReads(one).find(
        ({ marks, at }) => marks[start.step] !== undefined && at < start.at,
      );
      return [
        ...fails(
          before !== undefined && !isLost,
          "tools-once",
          `${one.id}: the tool of step ${start.step} ran again after its outcome`,
        ),
        ...fails(
          intent === undefined && reading === undefined,
          "tools-once",
          `${one.id}: the tool of step ${start.step} ran before its turn was written`,
        ),
      ];
    });
  });
}

/** What each run read first, which came from Redis; later it may have known more than Redis. */
function firstReads({ events }: Case) {
  const reads = select(events, "read");
  return reads.filter((read, i) => reads.findIndex(({ run }) => run === read.run) === i);
}
