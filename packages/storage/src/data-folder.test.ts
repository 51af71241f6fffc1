import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { openStore } from "./open-store.js";
import { storageSettings } from "./storage-settings.js";

const schema = z.object(storageSettings);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-data-folder-"));
  await writeFile(join(folder, "file"), "");
  await symlink("loop", join(folder, "loop"));
  await mkdir(join(folder, "closed"), { mode: 0o555 });
});
after(async () => {
  await chmod(join(folder, "closed"), 0o755);
  await rm(folder, { recursive: true });
});

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";

/** DATA_DIR as it is set (`<folder>` stands for the test's), what is said of it, and where that can be tried. */
const rows: [dataDir: string, said: RegExp, canBeTried?: boolean][] = [
  ["<folder>/file", /it is a file, or lies under one \(ENOTDIR\)/],
  ["<folder>/file/data", /it is a file, or lies under one \(ENOTDIR\)/],
  ["/dev/null", /it is a file, or lies under one/, isLinux],
  ["<folder>/loop", /leads to itself \(ELOOP\)/],
  [`<folder>/${"x".repeat(300)}`, /its name is too long \(ENAMETOOLONG\)/],
  ["/proc/bullpen/data", /no folder can be made there \(ENOENT\)/, isLinux],
  ["/proc", /no folder can be made there \(ENOENT\)/, isLinux],
  ["/sys/bullpen", /\((?:EPERM|EACCES|EROFS|ENOENT)\)/, isLinux],
  ["<folder>/closed", /may not write there \(EACCES\)/, !isRoot],
  ["<folder>/closed/data", /may not write there \(EACCES\)/, !isRoot],
];
for (const [dataDir, said, canBeTried = true] of rows) {
  test(`refused in a sentence: ${dataDir.slice(0, 40)}`, { skip: !canBeTried }, async () => {
    const path = dataDir.replace("<folder>", folder);
    await assert.rejects(openStore(schema.parse({ DATA_DIR: path }), assert.fail), (error: Error) => {
      assert.ok(error.message.startsWith(`DATA_DIR=${path}: `), error.message);
      assert.match(error.message, said);
      return "operatorMessage" in error;
    });
  });
}

test("a path that only a shell would understand is refused", () => {
  for (const DATA_DIR of ["~/data", '"data"', "'data'", "a\0b"]) {
    assert.match(schema.safeParse({ DATA_DIR }).error?.message ?? "", /must be a path/);
  }
});

test("a bucket or region that cannot be one is refused", () => {
  for (const S3_BUCKET of ["my bucket", "s3://bucket/x", "bucket/"]) {
    assert.match(schema.safeParse({ S3_BUCKET }).error?.message ?? "", /must be the name of a bucket/);
  }
  assert.match(schema.safeParse({ S3_REGION: "us east" }).error?.message ?? "", /must be a region/);
});
