import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type CalculatorOptions, createCalculator } from "@bullpen/tool-worker/calculator/calculator";
import { Interpreter } from "@bullpen/tool-worker/calculator/interpreter";
import { bootPython, type PythonImage } from "@bullpen/tool-worker/calculator/python-image";
import { takePythonImage } from "@bullpen/tool-worker/calculator/take-image";
import { verifies } from "../source-checks/requirements/requirements.js";
import { type Attack, type Family, readAttacks } from "./attacks.js";
import { type Bait, layBait } from "./bait.js";
import { besiege, type Hole, LIMITS } from "./besiege.js";
import { HostWithEnvironment } from "./broken-builds/host-with-environment.js";
import { HostWithFiles } from "./broken-builds/host-with-files.js";

let bait: Bait;
let image: PythonImage;

before(async () => {
  bait = await layBait();
  image = await bootPython();
});
after(() => bait.remove());

const here = (file: string) => new URL(`./broken-builds/${file}`, import.meta.url);

/** A calculator whose interpreters run another module. */
function withThread(file: string): CalculatorOptions {
  return { startInterpreter: (options) => new Interpreter({ ...options, thread: here(file) }) };
}

/** What a calculator with a hole lets through of the attacks that are made for it. */
async function holesOf(options: CalculatorOptions, attacks: readonly Attack[]): Promise<Hole[]> {
  const calculator = createCalculator({ ...LIMITS, boot: async () => image, ...options });
  try {
    return await besiege(calculator, attacks, bait);
  } finally {
    await calculator.close();
  }
}

function attacksOf(family: Family, ...names: readonly string[]): Attack[] {
  const attacks = readAttacks(family, bait);
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
    `nobody saw it: ${JSON.stringify(holes)}`,
  );
}

describe(verifies(["wall-bites"], "the attacks find a hole that was made on purpose"), () => {
  test("a variable of the environment is passed on", async () => {
    const boot = () => takePythonImage((options) => new HostWithEnvironment(options));
    const holes = await holesOf({ boot }, attacksOf("environment", "os.environ", "the environment by C"));
    assertCaught(holes, /told a secret/);
  });

  test("the host's root is open to Python", async () => {
    const boot = () => takePythonImage((options) => new HostWithFiles(options));
    const holes = await holesOf(
      { boot, ...withThread("thread-with-files.js") },
      attacksOf("files", "a file by its path", "/proc"),
    );
    assertCaught(holes, /told a secret/);
  });

  test("memory is used again as it is", async () => {
    const holes = await holesOf(withThread("thread-that-keeps-memory.js"), attacksOf("poison"));
    assertCaught(holes, /the next job found/);
  });

  test("there is no limit of time", async () => {
    const holes = await holesOf({ timeoutMs: 600_000 }, attacksOf("exhaustion", "a loop without end"));
    assertCaught(holes, /ran on after its deadline/);
  });

  test("there is no limit of memory", async () => {
    const holes = await holesOf({ memoryMiB: 4_096 }, attacksOf("exhaustion", "200 MiB"));
    assertCaught(holes, /ESCAPED the limit of memory/);
  });

  test("there is no limit of what is printed and told", async () => {
    const unlimited = { maxPrintedBytes: 1e9, maxValueCharacters: 1e8 };
    const holes = await holesOf(
      unlimited,
      attacksOf("exhaustion", "a million lines", "a value of ten million characters"),
    );
    assertCaught(holes, /it told \d+ characters/);
  });

  test("and nothing in the sound build", async () => {
    const attacks = [
      ...attacksOf("environment", "os.environ"),
      ...attacksOf("files", "a file by its path"),
      ...attacksOf("exhaustion", "a loop without end", "200 MiB", "a million lines"),
    ];
    assert.deepEqual(await holesOf({}, attacks), []);
  });
});
