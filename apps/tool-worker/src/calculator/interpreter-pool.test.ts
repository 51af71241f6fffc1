import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Interpreter, InterpreterError } from "./interpreter.js";
import { InterpreterPool, type InterpreterPoolOptions } from "./interpreter-pool.js";
import { bootPython, type PythonImage } from "./python-image.js";
import { Slots } from "./slots.js";

const signal = new AbortController().signal;
const ENDLESS = Buffer.from("while True: pass");
const pools: InterpreterPool[] = [];
let python: PythonImage;

before(async () => {
  python = await bootPython();
});
after(() => Promise.all(pools.map((pool) => pool.close())));

function poolWith(options: Partial<InterpreterPoolOptions> = {}) {
  const started: Interpreter[] = [];
  const pool = new InterpreterPool({
    loadImage: async () => python,
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

test("a thread whose program brought its interpreter down is replaced", async () => {
  const { run, alive } = poolWith();
  for (const end of ["import os\nos._exit(0)", "import os\nos.abort()"]) {
    assert.equal(await run(end), undefined);
  }
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(alive().toSorted(), [false, true, true]);
});

test("a thread whose program is still running when its time is up is replaced", async () => {
  const { pool, run, alive } = poolWith({ timeoutMs: 300 });
  assert.equal((await pool.run(ENDLESS, signal)).timedOut, true);
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(alive().toSorted(), [false, true, true]);
});

test("without spare threads one that was lost is started at need", async () => {
  const { run, alive } = poolWith({ spare: 0 });
  assert.equal(await run("import os\nos.abort()"), undefined);
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(alive(), [false, true]);
});

test("a thread that died while it waited is passed over", async () => {
  const { started, run } = poolWith();
  await turn();
  await started[0]?.stop();
  assert.equal(await run("output = 1"), "1");
  assert.equal(started.length, 3);
});

test("a thread that dies under a program rejects that run only", async () => {
  const { pool, started, run } = poolWith();
  await turn();
  await Promise.all(started.map((interpreter) => interpreter.whenReady(signal)));
  const rejected = assert.rejects(pool.run(ENDLESS, signal), InterpreterError);
  await turn();
  await started[0]?.stop();
  await rejected;
  assert.equal(await run("output = 1"), "1");
});

test("an image that cannot be made rejects the run, and is tried again at the next", async () => {
  let attempts = 0;
  const loadImage = async () => {
    attempts++;
    if (attempts < 3) throw new Error("no such file");
    return python;
  };
  const { run } = poolWith({ loadImage });
  await turn();
  await assert.rejects(run("output = 1"), /no such file/);
  assert.equal(await run("output = 1"), "1");
});

test("an image that does not fit into the memory rejects the run", async () => {
  const { run } = poolWith({ maxPages: 1 });
  await assert.rejects(run("output = 1"), InterpreterError);
});

test("a run that waits for its turn can be aborted, and the turn is not lost", async () => {
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

test("slots go to the first who asked, and a slot given back twice counts once", async () => {
  const slots = new Slots(1);
  const release = await slots.acquire(signal);
  const order: string[] = [];
  const a = slots.acquire(signal).then((free) => order.push("a") && free);
  const b = slots.acquire(signal).then((free) => order.push("b") && free);
  release();
  release();
  const freeA = await a;
  await turn();
  assert.deepEqual(order, ["a"]);
  if (freeA) freeA();
  await b;
  assert.deepEqual(order, ["a", "b"]);
});
