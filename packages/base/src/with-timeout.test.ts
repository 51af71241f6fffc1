import assert from "node:assert/strict";
import { test } from "node:test";
import { withTimeout } from "./with-timeout.js";

test("an outcome in time comes through", async () => {
  assert.equal(await withTimeout(Promise.resolve(1), 60_000, "late"), 1);
  await assert.rejects(withTimeout(Promise.reject(new Error("broken")), 60_000, "late"), /broken/);
});

test("a promise that does not settle in time is a rejection with the message", async () => {
  await assert.rejects(withTimeout(new Promise(() => {}), 1, "no reply"), { message: "no reply" });
});
