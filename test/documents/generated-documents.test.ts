import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../testing/run-app.js";

for (const [document, script] of [
  ["docs/settings.md says what the schemas of the settings say", "settings.mjs"],
  [
    ".env.example and infra/compose/settings.yml say what schemas and compose files say",
    "compose-settings.mjs",
  ],
  ["infra/redis/users.acl is what the code says", "redis-users.mjs"],
  ["docs/decisions/README.md lists every record with its date", "decisions.mjs"],
] as const) {
  test(document, () => {
    const path = join(ROOT, "scripts/docs", script);
    const { status, stderr } = spawnSync(process.execPath, [path, "--check"], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  });
}
