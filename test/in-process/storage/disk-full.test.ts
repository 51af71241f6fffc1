import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LocalStore, StorageError } from "@bullpen/storage";

const MIB = 1_024 * 1_024;
const isFull = (error: unknown) => error instanceof StorageError && error.code === "full";

test("a file that grows beyond the limit is full, and leaves nothing", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-limit-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = `
    import { LocalStore } from "@bullpen/storage";
    process.on("SIGXFSZ", () => {});
    const store = await LocalStore.open(process.argv[1]);
    await store.put("small", ["fits"]);
    const error = await store.put("large", [Buffer.alloc(${4 * MIB})]).catch((reason) => reason);
    console.log(JSON.stringify({ code: error.code, small: await store.readText("small") }));
  `;
  // ulimit counts in blocks of 512 or 1,024 bytes, by the shell.
  const script = 'ulimit -f 2048 && exec "$0" --input-type=module --eval "$1" "$2"';
  const options = { cwd: import.meta.dirname, encoding: "utf8" as const };
  const child = spawnSync("sh", ["-c", script, process.execPath, program, folder], options);
  assert.equal(child.status, 0, child.stderr);
  assert.deepEqual(JSON.parse(child.stdout), { code: "full", small: "fits" });
  assert.deepEqual(await readdir(join(folder, ".partial")), []);
});

test("a full disk: objects and checks are refused as full, nothing is left, and free space ends it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-full-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "bullpen-full", folder]);
  t.after(async () => {
    if (mounted.status === 0) spawnSync("umount", [folder]);
    await rm(folder, { recursive: true, force: true });
  });
  if (mounted.status !== 0) return t.skip("this user may not mount a file system");
  const store = await LocalStore.open(folder);
  const before = await statfs(folder);
  await store.put("kept", ["older"]);
  await assert.rejects(store.put("kept", [Buffer.alloc(5 * MIB)]), isFull);
  await assert.rejects(store.putOnce("once", [Buffer.alloc(5 * MIB)]), isFull);
  assert.equal(await store.readText("kept"), "older");
  assert.deepEqual(await readdir(join(folder, ".partial")), []);

  await store.put("filling", [Buffer.alloc((before.bavail - 1) * before.bsize)]);
  await assert.rejects(store.check(), isFull);
  await assert.rejects(store.put("more", ["x"]), isFull);
  assert.equal(await store.readText("kept"), "older");
  await store.remove("filling");
  await store.check();
  assert.equal(await store.putOnce("once", [Buffer.alloc(MIB)]), true);
});
