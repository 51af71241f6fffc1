import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "@bullpen/redis";

/** Clock ticks of `/proc` a second: a constant of Linux on all machines that Node runs on. */
const TICKS_A_SECOND = 100;

/** What a while has cost, as parts of one core's time. */
export interface Cost {
  /** Of the process. */
  readonly process: number;
  /** Redis in its commands. */
  readonly redis: number;
}

/** Measures what a process and Redis do in some seconds, whoever asks for it. */
export async function measureCost(pid: number, redis: Redis, seconds: number): Promise<Cost> {
  const before = { cpu: cpuSeconds(pid), redis: await commandSeconds(redis), at: performance.now() };
  await sleep(seconds * 1_000);
  const passed = (performance.now() - before.at) / 1_000;
  return {
    process: (cpuSeconds(pid) - before.cpu) / passed,
    redis: ((await commandSeconds(redis)) - before.redis) / passed,
  };
}

/** Time that a process has computed, its threads together. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND; // utime, stime
}

/** Time that Redis has spent in commands since its start. */
async function commandSeconds(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  let microseconds = 0;
  for (const [, usec] of stats.matchAll(/,usec=(\d+),/g)) microseconds += Number(usec);
  return microseconds / 1_000_000;
}
