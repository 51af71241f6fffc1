import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createPythonSandbox } from "./python-sandbox.js";
import { bootPython } from "./snapshot/python-snapshot.js";

const signal = new AbortController().signal;
// One snapshot for all sandboxes.
const snapshot = bootPython();
const boot = () => snapshot;
const hasty = createPythonSandbox({ timeoutMs: 500, boot });
const patient = createPythonSandbox({ timeoutMs: 120_000, memoryMiB: 64, boot });
after(() => Promise.all([hasty.close(), patient.close()]));

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
    const { text, isError } = await hasty.run(program, signal);
    assert.ok(isError);
    assert.equal(text.split("\n")[0], "the program did not finish within 0.5 seconds. Make it do less.");
  }
});

test("a program that times out is reported with what it printed", async () => {
  const { text } = await hasty.run("print('step 1')\nprint('step 2')\nwhile True: pass", signal);
  assert.equal(
    text,
    "the program did not finish within 0.5 seconds. Make it do less.\n\nPrinted:\nstep 1\nstep 2",
  );
  assert.equal((await hasty.run("print('next')\noutput = 1", signal)).text, "1\n\nPrinted:\nnext");
});

test("a memory bomb is an error, and memory below the limit is there", async () => {
  const bombs = [
    "x = [0] * 10 ** 9",
    "x = bytearray(60 * 1024 * 1024)",
    "x = []\nwhile True: x.append('a' * 100000)",
  ];
  for (const bomb of bombs) {
    const { text } = await patient.run(bomb, signal);
    assert.match(text, /^MemoryError: the program needed more than 64 MiB(\n {2}line 2: while True: .*)?$/);
  }
  const { text } = await patient.run("x = bytearray(30 * 1024 * 1024)\noutput = len(x)", signal);
  assert.equal(text, String(30 * 1024 * 1024));
});

test("the next run works after every kind of crash", async () => {
  for (const program of ["import os\nos.abort()", "x = 'a' * 10 ** 9", "import os\nos._exit(3)"]) {
    assert.equal((await patient.run(program, signal)).isError, true);
    assert.deepEqual(await patient.run("output = 6 * 7", signal), { text: "42", isError: false });
  }
});

test("a memory limit that is too small for Python is refused at once", () => {
  assert.throws(
    () => createPythonSandbox({ timeoutMs: 500, memoryMiB: 47, boot }),
    /memoryMiB must be at least 48, not 47/,
  );
});

test("an aborted run rejects with the signal's reason, and the next one works", async () => {
  const controller = new AbortController();
  const reason = new Error("cancelled");
  const running = patient.run("while True: pass", controller.signal);
  setTimeout(() => controller.abort(reason), 200);
  await assert.rejects(running, reason);
  await assert.rejects(patient.run("output = 1", AbortSignal.abort(reason)), reason);
  assert.equal((await patient.run("output = 1", signal)).text, "1");
});

test("close rejects running and later programs", async () => {
  const sandbox = createPythonSandbox({ timeoutMs: 120_000, maxConcurrent: 1, boot });
  assert.equal((await sandbox.run("output = 1", signal)).text, "1");
  const runs = [sandbox.run("while True: pass", signal), sandbox.run("output = 1", signal)];
  const outcomes = Promise.allSettled(runs);
  await sandbox.close();
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await assert.rejects(sandbox.run("output = 1", signal), /closed/);
});
