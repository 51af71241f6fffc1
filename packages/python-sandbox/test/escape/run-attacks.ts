import { setTimeout as sleep } from "node:timers/promises";
import type { PythonSandbox } from "#src/index.js";
import type { Attack } from "./attacks.js";
import type { Canary } from "./canary.js";

/** Limits of the sandboxes under attack, low where attacks run into them. */
export const LIMITS = {
  timeoutMs: 1_000,
  memoryMiB: 128,
  maxConcurrent: 2,
  maxPrintedBytes: 16_384,
  maxValueCharacters: 8_192,
};

/** How long a program may be seen to run after its deadline: the time to end a thread on a busy machine. */
const OVERTIME_MS = 3_000;

/** The time within which the program after an attack must be answered; the promise `code-ends` names it. */
const NEXT_WITHIN_MS = 1_000;

/** Value, printed text, the notes between them, and the longest spelling of a cut character (`\U0010ffff`). */
const LONGEST_TEXT = 10 * (LIMITS.maxPrintedBytes + LIMITS.maxValueCharacters) + 1_000;

/** An attack that got through, and how, in words. */
export interface Hole {
  readonly attack: string;
  readonly how: string;
}

/**
 * Reports an interpreter's own state. The answer is the same to the letter after any program, including the
 * address of the next object, because every run starts from one snapshot.
 */
const PROBE = `import builtins, codecs, decimal, gc, linecache, math, os, statistics, sys, warnings
state = [6 * 7, len("ab"), sum([1, 2]), str(1.5), math.sqrt(16), statistics.mean([1, 3]), 1 + 1, [1] + [2]]
state += [sorted(n for n in globals() if n != "state"), len(sys.modules), len(vars(builtins)), sorted(vars(math))]
state += [decimal.getcontext().prec, decimal.DefaultContext.prec, sys.getrecursionlimit()]
state += [sys.get_int_max_str_digits(), sys.gettrace(), sys.getprofile(), sys.path, len(sys.meta_path)]
state += [gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), len(gc.get_objects())]
try:
  import fixture
  state += [fixture.VALUE, fixture.double(2)]
except ImportError: state += ["no libraries"]
state += [warnings.filters, dict(os.environ), hash("seed"), id(object()), id(bytearray(10_000)), len(linecache.cache)]
output = str(state)`;

/**
 * Runs attacks against a sandbox and returns those that got through. After each attack the next program must be
 * answered within a second, by an interpreter that holds nothing of the attack.
 */
export async function runAttacks(
  sandbox: PythonSandbox,
  attacks: readonly Attack[],
  canary: Canary,
): Promise<Hole[]> {
  const holes: Hole[] = [];
  const untouched = await textOf(sandbox, PROBE, new AbortController().signal);
  const waiting = [...attacks];
  const lanes = Array.from({ length: LIMITS.maxConcurrent }, async () => {
    for (let attack = waiting.shift(); attack; attack = waiting.shift()) {
      const { name } = attack;
      const report = (how: string) => holes.push({ attack: name, how });
      await runNeighbour(sandbox, canary);
      for (const how of await runAttack(sandbox, attack, canary)) report(how);
      const after = await textWithin(sandbox, PROBE, NEXT_WITHIN_MS);
      if (after === undefined) report("the next program was not answered within a second");
      else if (after !== untouched) report(`the next program found ${difference(after, untouched)}`);
    }
  });
  await Promise.all(lanes);
  for (const how of await canary.touches()) holes.push({ attack: "one of them", how });
  return holes;
}

/** What a model would read, with errors marked as the Calculator marks them. */
async function textOf(sandbox: PythonSandbox, program: string, signal: AbortSignal): Promise<string> {
  const { text, isError } = await sandbox.run(program, signal);
  return isError ? `Error: ${text}` : text;
}

/** Runs a program that keeps a secret in its variables, and in text that it makes. */
async function runNeighbour(sandbox: PythonSandbox, { neighbour }: Canary): Promise<void> {
  const program = `neighbour = "${neighbour}"\nkept = [neighbour + str(i) for i in range(1000)]\noutput = len(kept)`;
  await sandbox.run(program, new AbortController().signal);
}

async function runAttack(sandbox: PythonSandbox, attack: Attack, { secrets }: Canary): Promise<string[]> {
  const text = await textWithin(sandbox, attack.program, LIMITS.timeoutMs + OVERTIME_MS);
  if (text === undefined) return ["it ran on after its deadline"];
  const how: string[] = [];
  const shown = text.slice(0, 300);
  if (secrets.some((secret) => text.includes(secret))) how.push(`it told a secret: ${shown}`);
  if (text.startsWith("ESCAPED")) how.push(shown);
  else if (!attack.ends.test(text)) how.push(`it ended as ${shown}, not as ${attack.ends}`);
  if (text.length > LONGEST_TEXT) how.push(`it told ${text.length} characters`);
  return how;
}

/** The program's text, or undefined when there was none in time; then the run is aborted. */
async function textWithin(sandbox: PythonSandbox, program: string, ms: number): Promise<string | undefined> {
  const done = new AbortController();
  const run = textOf(sandbox, program, done.signal).catch((error: unknown) => `the sandbox failed: ${error}`);
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
