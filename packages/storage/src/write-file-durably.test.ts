import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeFileDurably } from "./write-file-durably.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-storage-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("parts of text and bytes make one file, over an older one", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "old and longer than the new one");
  await writeFileDurably(path, ["näive ", new TextEncoder().encode("日本"), "\n"]);
  assert.equal(await readFile(path, "utf8"), "näive 日本\n");
});

test("a writer that fails halfway leaves the old file and nothing beside it", async () => {
  const path = join(folder, "b.txt");
  await writeFile(path, "old");
  async function* parts() {
    yield "half";
    throw new Error("the source broke");
  }
  await assert.rejects(writeFileDurably(path, parts()), /the source broke/);
  assert.equal(await readFile(path, "utf8"), "old");
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes("partial")),
    [],
  );
});

test("two writers at once leave one of the two files, whole", async () => {
  const path = join(folder, "c.txt");
  const texts = ["a".repeat(100_000), "b".repeat(100_000)];
  await Promise.all(texts.map((text) => writeFileDurably(path, [text])));
  assert.ok(texts.includes(await readFile(path, "utf8")));
});

test("a folder that is not there is an error", async () => {
  await assert.rejects(writeFileDurably(join(folder, "absent", "d.txt"), ["x"]), /ENOENT/);
});
