import { setTimeout as sleep } from "node:timers/promises";
import type { Tool } from "@bullpen/tool-worker/tool";
import type { Attack } from "./attacks.js";
import type { Bait } from "./bait.js";

/** Limits of the calculators under attack, short where attacks run into them. */
export const LIMITS = {
  timeoutMs: 1_000,
  memoryMiB: 128,
  maxConcurrent: 2,
  maxPrintedBytes: 16_384,
  maxValueCharacters: 8_192,
};

/** How long after its deadline a program may be seen to run. */
const OVERTIME_MS = 3_000;

/** How soon after an attack the next job must be answered. */
const NEXT_WITHIN_MS = 1_000;

/** Value, printed text, the notes between them, and the longest spelling of what is cut (`\U0010ffff`). */
const LONGEST_OBSERVATION = 10 * (LIMITS.maxPrintedBytes + LIMITS.maxValueCharacters) + 1_000;

/** How an attack got through, in words. */
export interface Hole {
  readonly attack: string;
  readonly how: string;
}

/**
 * Asks an interpreter about its own state. An honest one answers the same to the letter, down to where the
 * next object lies in memory, whatever ran before: every run begins from one image.
 */
const PROBE = `import builtins, codecs, decimal, gc, linecache, math, os, statistics, sys, warnings
state = [6 * 7, len("ab"), sum([1, 2]), str(1.5), math.sqrt(16), statistics.mean([1, 3]), 1 + 1, [1] + [2]]
state += [sorted(n for n in globals() if n != "state"), len(sys.modules), len(vars(builtins)), sorted(vars(math))]
state += [decimal.getcontext().prec, decimal.DefaultContext.prec, sys.getrecursionlimit()]
state += [sys.get_int_max_str_digits(), sys.gettrace(), sys.getprofile(), sys.path, len(sys.meta_path)]
state += [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), len(gc.get_objects())]
state += [warnings.filters, dict(os.environ), hash("seed"), id(object()), id(bytearray(10_000)), len(linecache.cache)]
output = str(state)`;

/**
 * Runs attacks against a calculator and tells which got through. After each, the next job must be answered
 * within a second, by an interpreter in which nothing is left of the attack.
 */
export async function besiege(calculator: Tool, attacks: readonly Attack[], bait: Bait): Promise<Hole[]> {
  const { signal } = new AbortController();
  const holes: Hole[] = [];
  const untouched = (await calculator.run(PROBE, signal)).observation;
  const waiting = [...attacks];
  const lanes = Array.from({ length: LIMITS.maxConcurrent }, async () => {
    for (let attack = waiting.shift(); attack; attack = waiting.shift()) {
      const { name } = attack;
      const report = (how: string) => holes.push({ attack: name, how });
      await keepNeighbour(calculator, bait);
      for (const how of await runAttack(calculator, attack, bait)) report(how);
      const after = await raceClock(calculator, PROBE, NEXT_WITHIN_MS);
      if (after === undefined) report("the next job was not answered within a second");
      else if (after !== untouched) report(`the next job found ${difference(after, untouched)}`);
    }
  });
  await Promise.all(lanes);
  for (const how of await bait.touches()) holes.push({ attack: "one of them", how });
  return holes;
}

/** Another's run, whose data lies in its variables and in text that it made. */
async function keepNeighbour(calculator: Tool, { neighbour }: Bait): Promise<void> {
  const program = `neighbour = "${neighbour}"\nkept = [neighbour + str(i) for i in range(1000)]\noutput = len(kept)`;
  await calculator.run(program, new AbortController().signal);
}

async function runAttack(calculator: Tool, attack: Attack, { secrets }: Bait): Promise<string[]> {
  const observation = await raceClock(calculator, attack.program, LIMITS.timeoutMs + OVERTIME_MS);
  if (observation === undefined) return ["it ran on after its deadline"];
  const how: string[] = [];
  const shown = observation.slice(0, 300);
  if (secrets.some((secret) => observation.includes(secret))) how.push(`it told a secret: ${shown}`);
  if (observation.startsWith("ESCAPED")) how.push(shown);
  else if (!attack.ends.test(observation)) how.push(`it ended as ${shown}, not as ${attack.ends}`);
  if (observation.length > LONGEST_OBSERVATION) how.push(`it told ${observation.length} characters`);
  return how;
}

/** The observation, or undefined when there was none in time; the run is then given up. */
async function raceClock(calculator: Tool, program: string, ms: number): Promise<string | undefined> {
  const done = new AbortController();
  const run = calculator.run(program, done.signal).then(
    ({ observation }) => observation,
    (error: unknown) => `the calculator failed: ${error}`,
  );
  const clock = sleep(ms, undefined, { signal: done.signal }).catch(() => undefined);
  const first = await Promise.race([run, clock]);
  done.abort();
  return first;
}

function difference(after: string, before: string): string {
  let at = 0;
  while (after[at] === before[at]) at++;
  return `${after.slice(Math.max(0, at - 40), at + 60)} instead of ${before.slice(Math.max(0, at - 40), at + 60)}`;
}
