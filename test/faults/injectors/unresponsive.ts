import { watchAnswers } from "@bullpen/runtime";
import { until } from "../../testing/until.js";
import { now } from "../history.js";
import type { Member } from "../member.js";
import { WATCHDOG_SECONDS } from "../process/settings.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";
import { stateOf } from "./stop-continue.js";

/** How long a supervisor of the suite waits for an answer. */
const PATIENCE_SECONDS = 10;

/** Ticks of a watch are a second each, and the first may come at once. */
const TICK_MS = 1_000;

/** An endless loop in its event loop: its own watchdog kills it, and another takes its place. */
export async function spin(member: Member): Promise<InjectedFault> {
  const { pid } = await member.ready();
  return injectFault(`endless loop in ${member.role}`, pid, async () => {
    const from = now();
    member.send({ type: "spin" });
    const ms = await untilKilled(member, pid, from);
    if (ms < WATCHDOG_SECONDS * 1_000 - TICK_MS)
      throw new FaultDidNotOccurError(`${pid} died after ${ms} ms already`);
    return `${pid} was killed by its watchdog after ${ms} ms, and replaced by ${member.pid}`;
  });
}

/** SIGSTOP without a SIGCONT: the supervisor's watch kills it, and another takes its place. */
export async function freeze(member: Member): Promise<InjectedFault> {
  const { pid, child } = await member.ready();
  return injectFault(`SIGSTOP for good ${member.role}`, pid, async () => {
    if (!child) throw new FaultDidNotOccurError(`${member.role} does not run`);
    const answered = member.report("pong");
    let silentFor = 0;
    const endWatch = watchAnswers({
      child,
      patienceSeconds: PATIENCE_SECONDS,
      onSilence: (seconds) => {
        silentFor = seconds;
        child.kill("SIGKILL");
      },
    });
    try {
      await answered; // it did as long as it could
      const from = now();
      process.kill(pid, "SIGSTOP");
      await until(`${pid} stops`, () => stateOf(pid) === "T");
      const ms = await untilKilled(member, pid, from);
      if (silentFor === 0) throw new FaultDidNotOccurError(`${pid} died of something else`);
      return `${pid} was killed after ${ms} ms without an answer, and replaced by ${member.pid}`;
    } finally {
      endWatch();
    }
  });
}

/** @returns how long it took, in milliseconds. */
async function untilKilled(member: Member, pid: number, from: number): Promise<number> {
  const death = await until(`${pid} is killed`, () => member.deaths.find((one) => one.pid === pid), 120_000);
  const ms = now() - from;
  if (death.signal !== "SIGKILL")
    throw new FaultDidNotOccurError(`${pid} ended by ${death.signal}, not SIGKILL`);
  await member.ready();
  return Math.round(ms);
}
