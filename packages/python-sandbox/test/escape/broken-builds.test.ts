import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { bootPython, createPythonSandbox, type PythonSnapshot } from "#src/index.js";
import type { PythonSandboxOptions } from "#src/python-sandbox.js";
import { Interpreter } from "#src/run/interpreter.js";
import { takeSnapshot } from "#src/snapshot/take-snapshot.js";
import { type Attack, type Family, readAttacks } from "./attacks.js";
import { HostWithEnvironment } from "./broken-builds/host-with-environment.js";
import { HostWithFiles } from "./broken-builds/host-with-files.js";
import { type Canary, placeCanary } from "./canary.js";
import { type Hole, LIMITS, runAttacks } from "./run-attacks.js";

let canary: Canary;
let snapshot: PythonSnapshot;

before(async () => {
  canary = await placeCanary();
  snapshot = await bootPython();
});
after(() => canary.remove());

const here = (file: string) => new URL(`./broken-builds/${file}`, import.meta.url);

/** Options for interpreters whose threads run another module. */
function withThread(file: string): Partial<PythonSandboxOptions> {
  return { startInterpreter: (options) => new Interpreter({ ...options, thread: here(file) }) };
}

/** The attacks that a sandbox with these options does not contain. */
async function holesOf(options: Partial<PythonSandboxOptions>, attacks: readonly Attack[]): Promise<Hole[]> {
  const sandbox = createPythonSandbox({ ...LIMITS, boot: async () => snapshot, ...options });
  try {
    return await runAttacks(sandbox, attacks, canary);
  } finally {
    await sandbox.close();
  }
}

function attacksOf(family: Family, ...names: readonly string[]): Attack[] {
  const attacks = readAttacks(family, canary);
  if (names.length === 0) return attacks;
  return names.map((name) => {
    const found = attacks.find((attack) => attack.name === `${family}: ${name}`);
    assert.ok(found, name);
    return found;
  });
}

function assertCaught(holes: readonly Hole[], how: RegExp): void {
  assert.ok(
    holes.some((hole) => how.test(hole.how)),
    `no attack found it: ${JSON.stringify(holes)}`,
  );
}

describe("the attacks find a hole that was made on purpose", () => {
  test("the host passes on an environment variable", async () => {
    const boot = () => takeSnapshot((options) => new HostWithEnvironment(options));
    const holes = await holesOf({ boot }, attacksOf("environment", "os.environ", "the environment by C"));
    assertCaught(holes, /told a secret/);
  });

  test("the host opens its root directory", async () => {
    const boot = () => takeSnapshot((options) => new HostWithFiles(options));
    const holes = await holesOf(
      { boot, ...withThread("thread-with-files.js") },
      attacksOf("files", "a file by its path", "/proc"),
    );
    assertCaught(holes, /told a secret/);
  });

  test("the factory reuses memory without overwriting it", async () => {
    const holes = await holesOf(withThread("thread-that-keeps-memory.js"), attacksOf("poison"));
    assertCaught(holes, /the next program found/);
  });

  test("there is no time limit", async () => {
    const holes = await holesOf({ timeoutMs: 600_000 }, attacksOf("exhaustion", "a loop without end"));
    assertCaught(holes, /ran on after its deadline/);
  });

  test("there is no memory limit", async () => {
    const holes = await holesOf({ memoryMiB: 4_096 }, attacksOf("exhaustion", "200 MiB"));
    assertCaught(holes, /ESCAPED the limit of memory/);
  });

  test("there is no limit on printed text and value", async () => {
    const unlimited = { maxPrintedBytes: 1e9, maxValueCharacters: 1e8 };
    const holes = await holesOf(
      unlimited,
      attacksOf("exhaustion", "a million lines", "a value of ten million characters"),
    );
    assertCaught(holes, /it told \d+ characters/);
  });

  test("and no hole in the unchanged build", async () => {
    const attacks = [
      ...attacksOf("environment", "os.environ"),
      ...attacksOf("files", "a file by its path"),
      ...attacksOf("exhaustion", "a loop without end", "200 MiB", "a million lines"),
    ];
    assert.deepEqual(await holesOf({}, attacks), []);
  });
});
