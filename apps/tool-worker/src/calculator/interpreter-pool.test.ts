import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Interpreter, InterpreterError } from "./interpreter.js";
import { InterpreterPool, type InterpreterPoolOptions } from "./interpreter-pool.js";
import { loadPython } from "./python-module.js";
import { Slots } from "./slots.js";

const signal = new AbortController().signal;
const ENDLESS = Buffer.from("while True: pass");
const pools: InterpreterPool[] = [];
let python: WebAssembly.Module;

before(async () => {
  python = await loadPython(64);
});
after(() => Promise.all(pools.map((pool) => pool.close())));

function poolWith(options: Partial<InterpreterPoolOptions> = {}) {
  const started: Interpreter[] = [];
  const pool = new InterpreterPool({
    loadModule: async () => python,
    warm: 1,
    maxConcurrent: 2,
    timeoutMs: 120_000,
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
  const run = async (program: string) => (await pool.run(Buffer.from(program), signal))?.report?.text;
  return { pool, started, run };
}

test("every run has an interpreter of its own, started ahead and stopped after", async () => {
  const { started, run } = poolWith();
  for (const number of [1, 2, 3]) assert.equal(await run(`output = ${number}`), String(number));
  assert.equal(started.length, 4, "three used and one ahead");
  assert.deepEqual(
    started.map(({ alive }) => alive),
    [false, false, false, true],
  );
});

test("without warm interpreters one is started at need", async () => {
  const { started, run } = poolWith({ warm: 0 });
  assert.equal(await run("output = 1"), "1");
  assert.deepEqual(
    started.map(({ alive }) => alive),
    [false],
  );
});

test("an interpreter that died while it waited is passed over", async () => {
  const { started, run } = poolWith();
  await turn();
  await started[0]?.stop();
  assert.equal(await run("output = 1"), "1");
  assert.equal(started.length, 3);
});

test("an interpreter that dies under a program rejects that run only", async () => {
  const { pool, started, run } = poolWith();
  const rejected = assert.rejects(pool.run(ENDLESS, signal), InterpreterError);
  await turn();
  await started[0]?.whenReady(signal);
  await started[0]?.stop();
  await rejected;
  assert.equal(await run("output = 1"), "1");
});

test("a module that cannot be loaded rejects the run, and is tried again at the next", async () => {
  let attempts = 0;
  const loadModule = async () => {
    attempts++;
    if (attempts < 3) throw new Error("no such file");
    return python;
  };
  const { run } = poolWith({ loadModule });
  await turn();
  await assert.rejects(run("output = 1"), /no such file/);
  assert.equal(await run("output = 1"), "1");
});

test("a module that is no Python rejects the run", async () => {
  // A memory of one page and a function `_start` that ends at once.
  const parts = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1];
  const exported = [7, 19, 2, 6, 109, 101, 109, 111, 114, 121, 2, 0, 6, 95, 115, 116, 97, 114, 116, 0, 0];
  const module = await WebAssembly.compile(Uint8Array.from([...parts, ...exported, 10, 4, 1, 2, 0, 11]));
  const { run } = poolWith({ loadModule: async () => module });
  await assert.rejects(run("output = 1"), InterpreterError);
});

test("a run that waits for its turn can be aborted, and the turn is not lost", async () => {
  const { pool, run } = poolWith({ maxConcurrent: 1 });
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
