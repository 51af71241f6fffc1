import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bootPython, createPythonSandbox, openLibraries, type PythonSandbox } from "#src/index.js";
import { writeWheel } from "../libraries/write-wheel.js";
import { FAMILIES, readAttacks } from "./attacks.js";
import { type Canary, placeCanary } from "./canary.js";
import { LIMITS, runAttacks } from "./run-attacks.js";

let canary: Canary;
let sandbox: PythonSandbox;

before(async () => {
  canary = await placeCanary();
  const snapshot = await bootPython();
  const wheels = await mkdtemp(join(tmpdir(), "bullpen-fixture-"));
  await writeWheel(wheels, "fixture-1", {
    "fixture/__init__.py": "VALUE = 'untouched'\ndef double(n):\n    return 2 * n\n",
    "fixture/data.txt": "data",
  });
  const libraries = await openLibraries({ paths: [wheels] });
  await libraries.ready;
  await rm(wheels, { recursive: true });
  sandbox = createPythonSandbox({ ...LIMITS, libraries, boot: async () => snapshot });
});
after(async () => {
  await sandbox.close();
  await canary.remove();
});

describe("Python that tries to escape is contained, and the next program is answered within a second", () => {
  for (const family of FAMILIES) {
    test(family, async () => {
      assert.deepEqual(await runAttacks(sandbox, readAttacks(family, canary), canary), []);
    });
  }

  test("there are more than a hundred attacks, and each has its own name", () => {
    const names = FAMILIES.flatMap((family) => readAttacks(family, canary)).map(({ name }) => name);
    assert.ok(names.length > 100, String(names.length));
    assert.equal(new Set(names).size, names.length);
  });
});
