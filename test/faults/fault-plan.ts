import type { Fleet } from "./fleet.js";
import { jumpClock } from "./injectors/clock-jump.js";
import { demoteRedis } from "./injectors/demote-redis.js";
import { deliverTwice } from "./injectors/duplicate-delivery.js";
import type { InjectedFault } from "./injectors/injected-fault.js";
import { kill, killAtBoundary, terminate } from "./injectors/kill.js";
import { cutNetwork, delayNetwork, strandNetwork, swallowNetwork } from "./injectors/network.js";
import { type AofCutter, crashRedis } from "./injectors/redis-crash.js";
import { stopContinue } from "./injectors/stop-continue.js";
import { freeze, spin } from "./injectors/unresponsive.js";
import type { Member, Role } from "./member.js";
import { TOOL_WORKER_BOUNDARIES, WORKER_BOUNDARIES } from "./process/boundaries.js";

/** What faults are made with. */
export interface FaultContext {
  readonly fleet: Fleet;
  readonly aof: AofCutter;
  /** From 0 to 1, the same sequence for the same seed. */
  readonly random: () => number;
}

export interface PlannedFault {
  readonly name: string;
  readonly inject: () => Promise<InjectedFault>;
}

/** Longer than lock and stalled check together. */
const LOCK_LOST_MS = 16_500;

/** Where an api is killed: at the writes of whatever it accepts. */
const API_BOUNDARIES = ["write:before", "write:after"] as const;

/**
 * Each name as often as it should come up beside the others. A Redis that loses everything is not among
 * them: single queries in flight are lost then, and with them what this run counts. `redis-loss.test.ts`
 * wipes one.
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  "kill a worker": 2,
  "kill a worker at a boundary": 5,
  "terminate a worker": 2,
  "kill a tool-worker": 1,
  "kill a tool-worker at a boundary": 3,
  "terminate a tool-worker": 1,
  "kill an api": 1,
  "kill an api at a write": 3,
  "stop a worker": 2,
  "stop a tool-worker": 1,
  "spin a worker": 1,
  "spin a tool-worker": 1,
  "freeze a worker": 1,
  "freeze a tool-worker": 1,
  "cut the network": 3,
  "delay the network": 3,
  "swallow the network": 2,
  "strand the network": 2,
  "crash Redis": 2,
  "demote Redis": 2,
  "cut the AOF": 1,
  "jump the clock": 2,
  "deliver twice": 4,
};

/** The whole plan, chosen before the first fault: the same seed gives the same plan. */
export function planFaults(count: number, context: FaultContext): PlannedFault[] {
  const bag = Object.entries(WEIGHTS).flatMap(([name, weight]) => Array<string>(weight).fill(name));
  return Array.from({ length: count }, () => planFault(pick(bag, context.random), context));
}

/** Mulberry32, by Tommy Ettinger (public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function planFault(name: string, { fleet, aof, random }: FaultContext): PlannedFault {
  const role = roleOf(name, random);
  const place = random();
  const extent = random();
  const boundary = pick(BOUNDARIES[role], random);
  const member = () => pick(fleet.of(role), () => place);
  return { name, inject: () => injectByName(name, { fleet, aof, member, boundary, extent }) };
}

const BOUNDARIES: Readonly<Record<Role, readonly string[]>> = {
  worker: WORKER_BOUNDARIES,
  "tool-worker": TOOL_WORKER_BOUNDARIES,
  api: API_BOUNDARIES,
};

/** The roles that a kind of fault is aimed at; faults of the network or the clock are aimed at all of them. */
function roleOf(name: string, random: () => number): Role {
  const named = (["tool-worker", "api", "worker"] as const).find((role) => name.includes(role));
  if (named) return named;
  return pick(["worker", "worker", "worker", "tool-worker", "api"] as const, random);
}

interface ArmedFault {
  readonly fleet: Fleet;
  readonly aof: AofCutter;
  readonly member: () => Member;
  readonly boundary: string;
  /** From 0 to 1: how long, how far. */
  readonly extent: number;
}

function injectByName(
  name: string,
  { fleet, aof, member, boundary, extent }: ArmedFault,
): Promise<InjectedFault> {
  const { redis, historyFolder: folder } = fleet;
  switch (name) {
    case "kill a worker":
    case "kill a tool-worker":
    case "kill an api":
      return kill(member());
    case "kill a worker at a boundary":
    case "kill a tool-worker at a boundary":
    case "kill an api at a write":
      return killAtBoundary(member(), folder, boundary, 1 + Math.floor(extent * 5), 20_000);
    case "terminate a worker":
    case "terminate a tool-worker":
      return terminate(member());
    case "stop a worker":
    case "stop a tool-worker":
      return stopContinue({ member: member(), folder, redis: redis.connection, milliseconds: LOCK_LOST_MS });
    case "spin a worker":
    case "spin a tool-worker":
      return spin(member());
    case "freeze a worker":
    case "freeze a tool-worker":
      return freeze(member());
    case "cut the network":
      return cutNetwork(member(), 200 + extent * 4_000);
    case "delay the network":
      return delayNetwork(member(), 100 + extent * 1_500, 5_000);
    case "swallow the network":
      return swallowNetwork(member(), 2_000 + extent * 15_000);
    case "strand the network":
      return strandNetwork(member());
    case "crash Redis":
      return crashRedis(redis, 200 + extent * 2_000);
    case "demote Redis":
      return demoteRedis(redis, 500 + extent * 15_000);
    case "cut the AOF":
      return aof.cut(500 + extent * 1_500);
    case "jump the clock":
      return jumpClock(member(), (extent < 0.5 ? -1 : 1) * 3_600_000, 5_000);
    case "deliver twice":
      return deliverTwice(redis.connection);
    default:
      throw new Error(`no such fault: ${name}`);
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}
