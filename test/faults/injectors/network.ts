import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "../member.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";

/** Resets a process' connections to Redis and refuses new ones for a time. */
export async function cutNetwork(member: Member, milliseconds: number): Promise<InjectedFault> {
  const { proxy, pid } = await member.ready();
  return injectFault(`cut ${member.role}`, pid, async () => {
    const before = proxy.connectionsCut;
    proxy.cut();
    await sleep(milliseconds);
    proxy.heal();
    return counted("connections cut", proxy.connectionsCut - before);
  });
}

/** Everything between a process and Redis takes this much longer, for a time. */
export async function delayNetwork(
  member: Member,
  delayMs: number,
  milliseconds: number,
): Promise<InjectedFault> {
  const { proxy, pid } = await member.ready();
  return injectFault(`delay ${member.role}`, pid, async () => {
    const before = proxy.bytesDelayed;
    proxy.delay(delayMs);
    await sleep(milliseconds);
    proxy.heal();
    return counted(`bytes delayed by ${delayMs} ms`, proxy.bytesDelayed - before);
  });
}

/** A black hole: connections stay up and nothing gets through for a time; then they are reset. */
export async function swallowNetwork(member: Member, milliseconds: number): Promise<InjectedFault> {
  const { proxy, pid } = await member.ready();
  return injectFault(`black hole ${member.role}`, pid, async () => {
    const before = proxy.bytesSwallowed;
    proxy.swallow();
    await sleep(milliseconds);
    proxy.heal();
    return counted("bytes swallowed", proxy.bytesSwallowed - before);
  });
}

/** The open connections become half-open for good, as when a router forgets them. */
export async function strandNetwork(member: Member): Promise<InjectedFault> {
  const { proxy, pid } = await member.ready();
  return injectFault(`half-open ${member.role}`, pid, async () => {
    const before = proxy.connectionsStranded;
    proxy.strand();
    return counted("connections half-open", proxy.connectionsStranded - before);
  });
}

function counted(what: string, count: number): string {
  if (count === 0) throw new FaultDidNotOccurError(`no ${what}`);
  return `${count} ${what}`;
}
