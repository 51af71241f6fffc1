import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "../member.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";

/** A process' wall clock is wrong by `skewMs` for a time, then right again. */
export async function jumpClock(
  member: Member,
  skewMs: number,
  milliseconds: number,
): Promise<InjectedFault> {
  const { pid } = await member.ready();
  return injectFault(`clock jump ${member.role}`, pid, async () => {
    const jumped = member.report("clock");
    member.send({ type: "clock", skewMs });
    const report = await Promise.race([jumped, sleep(5_000)]);
    if (report?.type !== "clock") throw new FaultDidNotOccurError(`${member.pid} did not report its clock`);
    const seen = report.now - Date.now();
    if (Math.abs(seen - skewMs) > 1_000)
      throw new FaultDidNotOccurError(`the clock of ${member.pid} is right`);
    await sleep(milliseconds);
    member.send({ type: "clock", skewMs: 0 });
    return `${member.pid} told a time ${Math.round(seen / 1_000)} s off`;
  });
}
