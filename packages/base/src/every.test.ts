import assert from "node:assert/strict";
import { test } from "node:test";
import { deferred } from "./deferred.js";
import { every } from "./every.js";

/** Lets promise callbacks run; timers are mocked. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("runs once an interval, not before the first", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let runs = 0;
  const stop = every(100, () => void runs++);
  assert.equal(runs, 0);
  for (const expected of [1, 2, 3]) {
    t.mock.timers.tick(100);
    await settle();
    assert.equal(runs, expected);
  }
  await stop();
  t.mock.timers.tick(1_000);
  assert.equal(runs, 3);
});

test("ticks during an active run are skipped", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const turns = [deferred<void>(), deferred<void>()];
  let runs = 0;
  const stop = every(100, () => turns[runs++]?.promise, { immediately: true });
  assert.equal(runs, 1);
  t.mock.timers.tick(500);
  await settle();
  assert.equal(runs, 1);
  turns[0]?.resolve();
  await settle();
  t.mock.timers.tick(100);
  assert.equal(runs, 2);
  turns[1]?.resolve();
  await stop();
});

test("a run that fails is reported and followed by the next", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const errors: string[] = [];
  const failures: (() => Promise<void>)[] = [
    () => Promise.reject("away"),
    () => {
      throw new Error("broken");
    },
  ];
  const stop = every(100, () => failures.shift()?.(), { onError: ({ message }) => errors.push(message) });
  for (let i = 0; i < 3; i++) {
    t.mock.timers.tick(100);
    await settle();
  }
  assert.deepEqual(errors, ["away", "broken"]);
  await stop();
});

test("stop aborts the active run and waits for it", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const end = deferred<void>();
  let aborted = false;
  const stop = every(
    100,
    async (signal) => {
      await end.promise;
      aborted = signal.aborted;
    },
    { immediately: true },
  );
  let isStopped = false;
  const stopped = stop().then(() => {
    isStopped = true;
  });
  await settle();
  assert.equal(isStopped, false);
  end.resolve();
  await stopped;
  assert.equal(aborted, true);
});
