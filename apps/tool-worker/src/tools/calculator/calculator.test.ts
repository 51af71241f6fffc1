import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CALCULATOR } from "@bullpen/contracts";
import { bootPython } from "@bullpen/python-sandbox";
import { createCalculator } from "./calculator.js";

const signal = new AbortController().signal;
const calculator = createCalculator({ timeoutMs: 500, boot: bootPython });
after(() => calculator.close());

test("the definition tells the time limit in force", async () => {
  assert.equal(calculator.definition.name, "Calculator");
  assert.equal(calculator.definition.timeoutMs, 500);
  const standard = createCalculator();
  assert.equal(standard.definition.timeoutMs, CALCULATOR.timeoutMs);
  await standard.close();
});

test("an outcome is an observation, and a failure begins with Error", async () => {
  assert.deepEqual(await calculator.run("sqrt(512) * 7", signal), {
    observation: "158.39191898578665",
    is_error: false,
  });
  assert.deepEqual(await calculator.run("output = 1 / 0", signal), {
    observation: "Error: ZeroDivisionError: division by zero",
    is_error: true,
  });
});
