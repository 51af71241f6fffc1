import assert from "node:assert/strict";
import { test } from "node:test";
import { SlotPool } from "./slot-pool.js";

const lowest = (free: readonly number[]) => Math.min(...free);
const never = new AbortController().signal;

test("slots are handed out first come first served", async () => {
  const pool = new SlotPool([0]);
  const order: string[] = [];
  const first = await pool.acquire(lowest, never);
  const waiting = ["a", "b", "c"].map((name) =>
    pool.acquire(lowest, never).then((slot) => {
      order.push(name);
      pool.release(slot);
    }),
  );
  pool.release(first);
  await Promise.all(waiting);
  assert.deepEqual(order, ["a", "b", "c"]);
});

test("a request that gives up leaves the queue and its slot goes to the next", async () => {
  const pool = new SlotPool([0]);
  const slot = await pool.acquire(lowest, never);
  const leaving = new AbortController();
  const left = pool.acquire(lowest, leaving.signal);
  const next = pool.acquire(lowest, never);
  leaving.abort(new Error("gone"));
  await assert.rejects(left, /gone/);
  pool.release(slot);
  assert.equal(await next, 0);
  await assert.rejects(pool.acquire(lowest, leaving.signal), /gone/);
});

test("a choice that throws fails its own request only", async () => {
  const pool = new SlotPool([0]);
  const choose = () => {
    throw new Error("no choice");
  };
  await assert.rejects(pool.acquire(choose, never), /no choice/);
  assert.equal(await pool.acquire(lowest, never), 0);
});

test("a closed pool rejects waiting and new requests", async () => {
  const pool = new SlotPool([0]);
  await pool.acquire(lowest, never);
  const waiting = pool.acquire(lowest, never);
  pool.close(new Error("closed"));
  await assert.rejects(waiting, /closed/);
  await assert.rejects(pool.acquire(lowest, never), /closed/);
});
