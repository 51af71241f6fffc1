import { until } from "../../testing/until.js";
import { readHistoryOf } from "../history.js";
import type { Member } from "../member.js";
import { FaultDidNotOccurError, type InjectedFault, injectFault } from "./injected-fault.js";

/** SIGKILL at whatever the process is doing. */
export async function kill(member: Member): Promise<InjectedFault> {
  const { pid } = await member.ready();
  return injectFault(`SIGKILL ${member.role}`, pid, async () => {
    process.kill(pid, "SIGKILL");
    return awaitDeath(member, pid, "SIGKILL");
  });
}

/** SIGTERM: the process is to hand back what it holds. */
export async function terminate(member: Member): Promise<InjectedFault> {
  const { pid } = await member.ready();
  return injectFault(`SIGTERM ${member.role}`, pid, async () => {
    process.kill(pid, "SIGTERM");
    return awaitDeath(member, pid, null);
  });
}

/** SIGKILL from within, at the given crossing of a boundary. */
export async function killAtBoundary(
  member: Member,
  folder: string,
  boundary: string,
  crossings = 1,
  deadlineMs = 90_000,
): Promise<InjectedFault> {
  const { pid } = await member.ready();
  member.arm({ boundary, action: "kill", crossings });
  try {
    await until(`${pid} dies`, () => member.deaths.some((death) => death.pid === pid), deadlineMs);
  } catch {
    member.arm(undefined);
    throw new FaultDidNotOccurError(`${member.role} ${pid} did not come to ${boundary}`);
  }
  return selfKillOf(member, folder, pid, boundary);
}

/** The fault of a process that killed itself: the last event of its history says where. */
export function selfKillOf(member: Member, folder: string, pid: number, boundary: string): InjectedFault {
  const last = readHistoryOf(folder, pid).findLast(({ event }) => event.type === "boundary");
  const death = member.deaths.find((one) => one.pid === pid);
  if (last?.event.type !== "boundary" || last.event.boundary !== boundary || death?.signal !== "SIGKILL") {
    throw new FaultDidNotOccurError(`${pid} did not kill itself at ${boundary}`);
  }
  const kind = `SIGKILL ${member.role} ${boundary}`;
  return { kind, target: pid, from: last.at, until: last.at, proof: `${pid} killed itself at ${boundary}` };
}

async function awaitDeath(member: Member, pid: number, signal: NodeJS.Signals | null): Promise<string> {
  const death = await until(`${pid} is gone`, () => member.deaths.find((one) => one.pid === pid), 30_000);
  if (death.signal !== signal)
    throw new FaultDidNotOccurError(`${pid} ended by ${death.signal}, not ${signal}`);
  return `${pid} is gone (${signal ?? "exit"})`;
}
