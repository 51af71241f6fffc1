import assert from "node:assert/strict";
import { test } from "node:test";
import { settlesWithin } from "./settles-within.js";

test("tells a promise that settles in time from one that does not", async () => {
  assert.equal(await settlesWithin(Promise.resolve(), 60_000), true);
  assert.equal(await settlesWithin(new Promise(() => {}), 1), false);
});
