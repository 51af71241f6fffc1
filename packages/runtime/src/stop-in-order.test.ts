import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { stopInOrder } from "./stop-in-order.js";

test("parts stop one after the other, in the order of the list", async () => {
  const seen: string[] = [];
  const part = (name: string) => async () => {
    seen.push(`${name} begins`);
    await setImmediate();
    seen.push(`${name} ends`);
  };
  await stopInOrder([part("worker"), part("redis")])();
  assert.deepEqual(seen, ["worker begins", "worker ends", "redis begins", "redis ends"]);
});

test("a part that fails does not keep the others from stopping", async () => {
  const [first, second] = [new Error("first"), new Error("second")];
  const heard: unknown[] = [];
  let stopped = false;
  const stop = stopInOrder([
    async () => {
      throw first;
    },
    () => {
      throw second; // before it returns a promise
    },
    async () => {
      stopped = true;
    },
  ]);
  await assert.rejects(
    stop((error) => heard.push(error)),
    (error: AggregateError) => {
      assert.deepEqual(error.errors, [first, second]);
      return true;
    },
  );
  assert.equal(stopped, true);
  assert.deepEqual(heard, [first, second]);
});
