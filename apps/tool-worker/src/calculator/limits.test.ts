import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createCalculator } from "./calculator.js";
import { bootPython } from "./python-image.js";

const signal = new AbortController().signal;
// One boot for all.
const image = bootPython();
const boot = () => image;
const hasty = createCalculator({ timeoutMs: 500, boot });
const patient = createCalculator({ timeoutMs: 120_000, memoryMiB: 64, boot });
after(() => Promise.all([hasty.close(), patient.close()]));

test("the definition tells the deadline in force", () => {
  assert.equal(hasty.definition.name, "Calculator");
  assert.equal(hasty.definition.timeoutMs, 500);
});

test("a program that does not end is stopped, in Python, in C, in printing and asleep", async () => {
  const programs = [
    "while True: pass",
    "output = 10 ** 10 ** 8",
    "while True: print('x' * 1000)",
    "import time\ntime.sleep(1000)",
    "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
    "output = str(__import__('itertools').count()) + ''.join(iter(str, 'x'))",
  ];
  for (const program of programs) {
    const { observation, is_error } = await hasty.run(program, signal);
    assert.ok(is_error);
    assert.equal(observation.split("\n")[0], "Error: the program did not finish within 0.5 seconds.");
  }
});

test("what a program printed is told when its time is up", async () => {
  const { observation } = await hasty.run("print('step 1')\nprint('step 2')\nwhile True: pass", signal);
  assert.equal(
    observation,
    "Error: the program did not finish within 0.5 seconds.\n\nPrinted:\nstep 1\nstep 2",
  );
  assert.equal((await hasty.run("print('next')\noutput = 1", signal)).observation, "1\n\nPrinted:\nnext");
});

test("a memory bomb is an error, and memory below the limit is there", async () => {
  const bombs = [
    "x = [0] * 10 ** 9",
    "x = bytearray(60 * 1024 * 1024)",
    "x = []\nwhile True: x.append('a' * 100000)",
  ];
  for (const bomb of bombs) {
    const { observation } = await patient.run(bomb, signal);
    assert.match(
      observation,
      /^Error: MemoryError: the program needed more than 64 MiB(\n {2}line 2: while True: .*)?$/,
    );
  }
  const { observation } = await patient.run("x = bytearray(30 * 1024 * 1024)\noutput = len(x)", signal);
  assert.equal(observation, String(30 * 1024 * 1024));
});

test("after every kind of violent end the next run works", async () => {
  for (const program of ["import os\nos.abort()", "x = 'a' * 10 ** 9", "import os\nos._exit(3)"]) {
    assert.equal((await patient.run(program, signal)).is_error, true);
    assert.deepEqual(await patient.run("output = 6 * 7", signal), { observation: "42", is_error: false });
  }
});

test("a limit of memory that would not hold Python is refused at once", () => {
  assert.throws(() => createCalculator({ memoryMiB: 47, boot }), /memoryMiB must be at least 48, not 47/);
});

test("an aborted run rejects with the signal's reason, the next one works", async () => {
  const controller = new AbortController();
  const reason = new Error("cancelled");
  const running = patient.run("while True: pass", controller.signal);
  setTimeout(() => controller.abort(reason), 200);
  await assert.rejects(running, reason);
  await assert.rejects(patient.run("output = 1", AbortSignal.abort(reason)), reason);
  assert.equal((await patient.run("output = 1", signal)).observation, "1");
});

test("close rejects what runs and what comes after", async () => {
  const calculator = createCalculator({ maxConcurrent: 1, boot });
  assert.equal((await calculator.run("output = 1", signal)).observation, "1");
  const runs = [calculator.run("while True: pass", signal), calculator.run("output = 1", signal)];
  const outcomes = Promise.allSettled(runs);
  await calculator.close();
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await assert.rejects(calculator.run("output = 1", signal), /closed/);
});
