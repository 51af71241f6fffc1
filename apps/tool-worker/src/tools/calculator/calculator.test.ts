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

test("times and dates in place of numbers are written as Python wants them, and only these", async () => {
  const cases: [program: string, hint: string][] = [
    [
      "output = 09:15 - 08:05",
      "  09:15 is timedelta(hours=9, minutes=15)\n  08:05 is timedelta(hours=8, minutes=5)",
    ],
    [
      "output = 9:15 - 8:20",
      "  9:15 is timedelta(hours=9, minutes=15)\n  8:20 is timedelta(hours=8, minutes=20)",
    ],
    [
      "output = 2026-03-01 - 2026-01-08",
      "  2026-03-01 is date(2026, 3, 1)\n  2026-01-08 is date(2026, 1, 8)",
    ],
  ];
  for (const [program, hint] of cases) {
    const { observation, is_error } = await calculator.run(program, signal);
    assert.ok(is_error);
    assert.match(observation, /^Error: SyntaxError: .*\nPython has no such numbers\./s);
    assert.ok(observation.endsWith(`timedelta":\n${hint}`), observation);
  }
  for (const program of ["output = 1 +", "output = 0123", "x = '08:47'\noutput = 1 / 0"]) {
    const { observation } = await calculator.run(program, signal);
    assert.doesNotMatch(observation, /timedelta/);
  }
});
