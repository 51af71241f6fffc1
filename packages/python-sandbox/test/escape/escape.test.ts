import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { bootPython, createPythonSandbox, type PythonSandbox } from "#src/index.js";
import { FAMILIES, readAttacks } from "./attacks.js";
import { type Canary, placeCanary } from "./canary.js";
import { LIMITS, runAttacks } from "./run-attacks.js";

let canary: Canary;
let sandbox: PythonSandbox;

before(async () => {
  canary = await placeCanary();
  const snapshot = await bootPython();
  sandbox = createPythonSandbox({ ...LIMITS, boot: async () => snapshot });
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
