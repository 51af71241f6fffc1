import assert from "node:assert/strict";
import { test } from "node:test";
import { deferred } from "./deferred.js";

test("a deferred promise is settled from outside", async () => {
  const resolved = deferred<number>();
  resolved.resolve(3);
  assert.equal(await resolved.promise, 3);

  const rejected = deferred<number>();
  rejected.reject(new Error("gone"));
  await assert.rejects(rejected.promise, /gone/);
});
