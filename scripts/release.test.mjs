import assert from "node:assert/strict";
import { test } from "node:test";
import { dateUnreleased, readArguments, setLockVersions, setVersion } from "./release.mjs";

test("a release names its version, and may be a dry run", () => {
  assert.deepEqual(readArguments(["0.2.0"]), { version: "0.2.0", isDryRun: false });
  assert.deepEqual(readArguments(["--dry-run", "1.10.3"]), { version: "1.10.3", isDryRun: true });
  for (const args of [[], ["v0.2.0"], ["0.2"], ["0.2.0", "0.3.0"]])
    assert.throws(() => readArguments(args), /Usage/);
});

test("the Unreleased section becomes the version's, and a new one is empty", () => {
  const before = "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n";
  assert.equal(
    dateUnreleased(before, "0.2.0", "2026-11-28"),
    "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-11-28\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n",
  );
});

test("a changelog without entries, or with the version, is refused", () => {
  assert.throws(() => dateUnreleased("# Changelog\n", "0.2.0", "2026-11-28"), /one section/);
  const empty = "## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n";
  assert.throws(() => dateUnreleased(empty, "0.2.0", "2026-11-28"), /nothing under Unreleased/);
  const twice = "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0 - 2026-01-01\n\n- Old.\n";
  assert.throws(() => dateUnreleased(twice, "0.2.0", "2026-11-28"), /already/);
});

test("workspaces and their dependencies on each other get the version, other packages keep theirs", () => {
  const manifest = {
    name: "@bullpen/api",
    version: "0.1.0",
    dependencies: { "@bullpen/queue": "0.1.0", zod: "4.6.7" },
  };
  const after = { ...manifest, version: "0.2.0", dependencies: { "@bullpen/queue": "0.2.0", zod: "4.6.7" } };
  assert.deepEqual(JSON.parse(setVersion(JSON.stringify(manifest), "0.2.0")), after);
  const link = { resolved: "apps/api", link: true };
  const zod = { version: "4.6.7" };
  const lock = {
    name: "bullpen",
    version: "0.1.0",
    packages: {
      "": { version: "0.1.0" },
      "apps/api": manifest,
      "node_modules/@bullpen/api": link,
      "node_modules/zod": zod,
    },
  };
  assert.deepEqual(JSON.parse(setLockVersions(JSON.stringify(lock), "0.2.0")), {
    name: "bullpen",
    version: "0.2.0",
    packages: {
      "": { version: "0.2.0" },
      "apps/api": after,
      "node_modules/@bullpen/api": link,
      "node_modules/zod": zod,
    },
  });
});
