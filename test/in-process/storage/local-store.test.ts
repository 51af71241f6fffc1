import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LocalStore, StorageError } from "@bullpen/storage";
import { storeContract } from "./store-contract.js";

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), "bullpen-store-"));
});
after(() => rm(root, { recursive: true, force: true }));

storeContract("a store on local disk", async () => {
  const folder = join(root, "contract");
  return {
    store: await LocalStore.open(folder),
    leftovers: async () => (await readdir(join(folder, ".partial"))).length,
    close: async () => {},
  };
});

test("what is taken from a source is on its way to the disk before more is", async () => {
  const folder = join(root, "large");
  const store = await LocalStore.open(folder);
  const chunk = Buffer.alloc(100_000);
  let furthest = 0;
  async function* source() {
    for (let taken = 0; taken < 20_000_000; taken += chunk.byteLength) {
      const [partial = ""] = await readdir(join(folder, ".partial"));
      furthest = Math.max(furthest, taken - (await stat(join(folder, ".partial", partial))).size);
      yield chunk;
    }
  }
  assert.equal((await store.put("large", source())).bytes, 20_000_000);
  assert.ok(furthest <= 1_000_000, `${furthest} bytes`);
});

test("what a crash left half-written goes after a day, what is being written stays", async () => {
  const folder = join(root, "crashed");
  const store = await LocalStore.open(folder);
  await store.put("batches/a", ["kept"]);
  const partials = join(folder, ".partial");
  const old = new Date(Date.now() - 25 * 3_600_000);
  await writeFile(join(partials, "old"), "half");
  await mkdir(join(partials, "old-folder"));
  await writeFile(join(partials, "old-folder", "x"), "half");
  for (const name of ["old", "old-folder"]) await utimes(join(partials, name), old, old);
  await writeFile(join(partials, "fresh"), "half");

  await LocalStore.open(folder);
  assert.deepEqual(await readdir(partials), ["fresh"]);
  assert.equal(await readFile(join(folder, "batches/a"), "utf8"), "kept");
});

test("a key under an object, or one that is a folder, is refused and changes nothing", async () => {
  const store = await LocalStore.open(join(root, "misplaced"));
  await store.put("a", ["object"]);
  await store.put("folder/b", ["object"]);
  await assert.rejects(store.put("a/b", ["x"]), RangeError);
  await assert.rejects(store.put("folder", ["x"]), RangeError);
  await assert.rejects(store.putOnce("folder", ["x"]), RangeError);
  assert.equal(await store.readText("a"), "object");
  assert.equal(await store.readText("folder/b"), "object");
});

test("a storage folder that was taken away is unavailable, not a missing object", async () => {
  const folder = join(root, "gone");
  const store = await LocalStore.open(folder);
  await rm(folder, { recursive: true });
  const isUnavailable = (error: unknown) => error instanceof StorageError && error.code === "unavailable";
  await assert.rejects(store.put("a", ["x"]), isUnavailable);
  await assert.rejects(store.check(), isUnavailable);
});

test("a path that cannot be a folder is an error at the start", async () => {
  await writeFile(join(root, "file"), "x");
  await assert.rejects(LocalStore.open(join(root, "file", "data")), /cannot be written/);
});
