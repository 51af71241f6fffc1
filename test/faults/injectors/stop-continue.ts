import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "@bullpen/redis";
import { until } from "../../testing/until.js";
import { select } from "../checks/case.js";
import { heldQueries, readHistory, readHistoryOf } from "../history.js";
import type { Member } from "../member.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";
import { lockOf } from "./queue-keys.js";

export interface StopContinueOptions {
  readonly member: Member;
  readonly folder: string;
  readonly redis: Redis;
  /** Longer than lock and stalled check together, or the process keeps what it holds. */
  readonly milliseconds: number;
  /** The process has stopped itself at a boundary already. */
  readonly hasStoppedItself?: boolean;
  /** The fault has occurred only if a lock was lost. */
  readonly mustLoseLock?: boolean;
  /** However long it takes, it stays stopped until another has recorded its active turn. */
  readonly untilTakenOver?: boolean;
}

/** SIGSTOP, then SIGCONT when its locks are gone: the process wakes up believing that it holds its queries. */
export async function stopContinue(options: StopContinueOptions): Promise<InjectedFault> {
  const { member, redis } = options;
  const { pid } = await member.ready();
  return injectFault(`SIGSTOP ${member.role}`, pid, async () => {
    if (!options.hasStoppedItself) process.kill(pid, "SIGSTOP");
    try {
      await until(`${pid} stops`, () => stateOf(pid) === "T");
      const held = heldQueries(readHistoryOf(options.folder, pid));
      const before = await Promise.all(held.map((query) => redis.get(lockOf(query))));
      await sleep(options.milliseconds);
      if (options.untilTakenOver)
        await until("its turn is taken over", () => isTakenOver(options.folder, pid));
      const after = await Promise.all(held.map((query) => redis.get(lockOf(query))));
      // A process that stopped itself may have lost its locks before anybody looked.
      const lost = before.filter((token, i) => token === null || token !== after[i]).length;
      if (options.mustLoseLock && lost === 0) throw new FaultDidNotOccurError(`${pid} lost no lock`);
      return `${pid} was stopped for ${options.milliseconds} ms and lost ${lost} of ${held.length} locks`;
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });
}

/** Whether another process has recorded the turn that a process was given last. */
function isTakenOver(folder: string, pid: number): boolean {
  const given = select(readHistoryOf(folder, pid), "model-end").at(-1);
  return select(readHistory(folder), "record-ack").some(
    (ack) => ack.pid !== pid && ack.query === given?.query && ack.step === given.step,
  );
}

/** The kernel's letter for what a process is doing; `T` is stopped. */
export function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "";
}
