import type { RequirementId } from "../../source-checks/requirements/requirements.js";
import { expectedAnswer, observations } from "../query-plan.js";
import { type Case, type Evidence, mayBeLost, select, type Violation } from "./case.js";

/** Every accepted query ended exactly once, with the right answer from the right steps. */
export function checkEndings(cases: readonly Case[], { faults, listed }: Evidence): Violation[] {
  const times = new Map<string, number>();
  for (const id of listed) times.set(id, (times.get(id) ?? 0) + 1);
  return cases.flatMap((one) => [
    ...checkAnswer(one),
    ...checkSteps(one),
    ...fails(
      (times.get(one.id) ?? 0) !== 1,
      "query-once",
      `${one.id} is listed ${times.get(one.id) ?? 0} times`,
    ),
    ...checkEnds(one, faults),
  ]);
}

function checkAnswer({ id, plan, record }: Case): Violation[] {
  const outcome = record?.outcome;
  if (!outcome) return fails(true, "query-once", `${id} has not ended: ${record?.status ?? "it is gone"}`);
  if (outcome.status !== "completed")
    return fails(true, "query-once", `${id} ended ${JSON.stringify(outcome)}`);
  return fails(
    outcome.answer !== expectedAnswer(plan),
    "query-once",
    `${id} has a wrong answer: ${outcome.answer}`,
  );
}

function checkSteps({ id, plan, record }: Case): Violation[] {
  const seen = record?.transcript.steps.flatMap(({ observation }) => observation?.observation ?? []) ?? [];
  const isRight = seen.join() === observations(plan).join();
  return fails(!isRight, "steps-once", `${id} has wrong observations: ${seen.join()}`);
}

/** The end is written once; only where Redis lost it, it may be written again. */
function checkEnds({ id, events }: Case, faults: Evidence["faults"]): Violation[] {
  const ends = select(events, "write-ack").filter((write) => write.field === "end" && write.won);
  const lasting = ends.filter((write) => !mayBeLost(write.at, faults));
  return fails(lasting.length > 1, "query-once", `${id} was ended ${lasting.length} times`);
}

export function fails(isBroken: boolean, requirement: RequirementId, what: string): Violation[] {
  return isBroken ? [{ requirement, what }] : [];
}
