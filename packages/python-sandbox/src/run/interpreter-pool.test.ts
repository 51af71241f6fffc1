import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { bootPython, type PythonSnapshot } from "../snapshot/python-snapshot.js";
import { Interpreter, InterpreterError } from "./interpreter.js";
import { InterpreterPool, type InterpreterPoolOptions } from "./interpreter-pool.js";

const signal = new AbortController().signal;
const ENDLESS = Buffer.from("while True: pass");
const pools: InterpreterPool[] = [];
let snapshot: PythonSnapshot;

before(async () => {
  snapshot = await bootPython();
});
after(() => Promise.all(pools.map((pool) => pool.close())));

function poolWith(options: Partial<InterpreterPoolOptions> = {}) {
  const started: Interpreter[] = [];
  const pool = new InterpreterPool({
    boot: async () => snapshot,
    spare: 1,
    maxConcurrent: 1,
    timeoutMs: 120_000,
    maxPages: 1_024,
    maxPrintedBytes: 100,
    maxValueCharacters: 100,
    start: (each) => {
      const interpreter = new Interpreter(each);
      started.push(interpreter);
      return interpreter;
    },
    ...options,
  });
  pools.push(pool);
  const run = async (program: string) => (await pool.run(Buffer.from(program), signal)).report?.text;
  const alive = () => started.map((interpreter) => interpreter.alive);
  return { pool, started, run, alive };
}

test("threads are started ahead, one for each program that may run and the spare ones, and stay", async () => {
  const { run, alive } = poolWith({ maxConcurrent: 2 });
  for (const number of [1, 2, 3, 4, 5]) assert.equal(await run(`output = ${number}`), String(number));
  assert.deepEqual(alive(), [true, true, true]);
});

test("a thread whose program crashed its interpreter is replaced", async () => {
  const { run, alive } = poolWith();
  for (const end of ["import os\nos._exit(0)", "import os\nos.abort()"]) {
    assert.equal(await run(end), undefined);
  }
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(alive().toSorted(), [false, true, true]);
});

test("a thread whose program times out is replaced", async () => {
  const { pool, run, alive } = poolWith({ timeoutMs: 300 });
  assert.equal((await pool.run(ENDLESS, signal)).timedOut, true);
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(alive().toSorted(), [false, true, true]);
});

test("without spare threads a lost one is started at need", async () => {
  const { run, alive } = poolWith({ spare: 0 });
  assert.equal(await run("import os\nos.abort()"), undefined);
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(alive(), [false, true]);
});

test("a thread that died while idle is skipped", async () => {
  const { started, run } = poolWith();
  await turn();
  await started[0]?.stop();
  assert.equal(await run("output = 1"), "1");
  assert.equal(started.length, 3);
});

test("a thread that dies during a program rejects that run only", async () => {
  const { pool, started, run } = poolWith();
  await turn();
  await Promise.all(started.map((interpreter) => interpreter.whenReady(signal)));
  const rejected = assert.rejects(pool.run(ENDLESS, signal), InterpreterError);
  await turn();
  await started[0]?.stop();
  await rejected;
  assert.equal(await run("output = 1"), "1");
});

test("a failed boot rejects the run, and the next run tries again", async () => {
  let attempts = 0;
  const boot = async () => {
    attempts++;
    if (attempts < 3) throw new Error("no such file");
    return snapshot;
  };
  const { run } = poolWith({ boot });
  await turn();
  await assert.rejects(run("output = 1"), /no such file/);
  assert.equal(await run("output = 1"), "1");
});

test("a snapshot larger than the memory limit rejects the run", async () => {
  const { run } = poolWith({ maxPages: 1 });
  await assert.rejects(run("output = 1"), InterpreterError);
});

test("a waiting run can be aborted, and its turn is not lost", async () => {
  const { pool, run } = poolWith();
  const [first, second] = [new AbortController(), new AbortController()];
  const reason = new Error("cancelled");
  const running = pool.run(ENDLESS, first.signal);
  const waiting = pool.run(ENDLESS, second.signal);
  const last = run("output = 1");
  second.abort(reason);
  await assert.rejects(waiting, reason);
  first.abort(reason);
  await assert.rejects(running, reason);
  assert.equal(await last, "1");
});
