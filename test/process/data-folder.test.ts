import assert from "node:assert/strict";
import { test } from "node:test";
import { runToEnd } from "../testing/run-app.js";

for (const app of ["api", "batcher"]) {
  test(`${app}: a data folder that cannot be used is refused in a sentence, whatever else is wrong`, async () => {
    const settings = { DATA_DIR: "package.json/data", REDIS_URL: "redis://127.0.0.1:1" };
    const { code, stderr } = await runToEnd([`apps/${app}/dist/main.js`], settings);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^DATA_DIR=package\.json\/data: .*\(ENOTDIR\)\. Name a folder/m);
    assert.doesNotMatch(stderr, /^\s+at /m, "no stack trace");
  });
}
