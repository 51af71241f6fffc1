import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createCalculator } from "@bullpen/tool-worker/calculator/calculator";
import { bootPython, type PythonImage } from "@bullpen/tool-worker/calculator/python-image";
import type { Tool } from "@bullpen/tool-worker/tool";
import { verifies } from "../source-checks/requirements/requirements.js";
import { FAMILIES, readAttacks } from "./attacks.js";
import { type Bait, layBait } from "./bait.js";
import { besiege, LIMITS } from "./besiege.js";

let bait: Bait;
let image: PythonImage;
let calculator: Tool;

before(async () => {
  bait = await layBait();
  image = await bootPython();
  calculator = createCalculator({ ...LIMITS, boot: async () => image });
});
after(async () => {
  await calculator.close();
  await bait.remove();
});

const PROMISE = "Python that tries to escape is contained, and the next job is answered within a second";

describe(verifies(["code-is-walled", "code-ends"], PROMISE), () => {
  for (const family of FAMILIES) {
    test(family, async () => {
      assert.deepEqual(await besiege(calculator, readAttacks(family, bait), bait), []);
    });
  }

  test("there are more than a hundred attacks, each under a name of its own", () => {
    const names = FAMILIES.flatMap((family) => readAttacks(family, bait)).map(({ name }) => name);
    assert.ok(names.length > 100, String(names.length));
    assert.equal(new Set(names).size, names.length);
  });
});
