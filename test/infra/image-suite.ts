import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { ROOT } from "../testing/run-app.js";

test("hadolint finds nothing in the Dockerfile", () => {
  const { status, stdout, stderr } = spawnSync(
    process.env.HADOLINT ?? "hadolint",
    ["infra/docker/Dockerfile"],
    { cwd: ROOT, encoding: "utf8" },
  );
  assert.equal(stdout + stderr, "");
  assert.equal(status, 0);
});
