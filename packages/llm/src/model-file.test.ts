import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ModelLoadError, readModelFile } from "./model-file.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-model-file-"));
});
after(() => rm(folder, { recursive: true }));

/** Asserts that the file is refused with a message that names it and says `what`. */
async function assertRefused(path: string, what: RegExp): Promise<void> {
  await assert.rejects(readModelFile(path), (error) => {
    assert.ok(error instanceof ModelLoadError);
    assert.ok(error.operatorMessage);
    assert.ok(error.message.includes(path), error.message);
    assert.match(error.message, what);
    return true;
  });
}

test("a missing file", () => assertRefused(join(folder, "missing.gguf"), /Check the path/));

test("a folder", () => assertRefused(folder, /not a file/));

test("something else than GGUF", async () => {
  const path = join(folder, "pointer.gguf");
  await writeFile(path, "version https://git-lfs.github.com/spec/v1\n");
  await assertRefused(path, /not a GGUF file/);
  await writeFile(path, "");
  await assertRefused(path, /not a GGUF file/);
});

test("a GGUF file that ends in its head", async () => {
  const path = join(folder, "short.gguf");
  await writeFile(path, Buffer.from("GGUF\x03\x00\x00\x00\x05", "latin1"));
  await assertRefused(path, /Download or copy it again/);
  // The reader takes what is missing for zeros: enough of them pass for a file without tensors.
  await writeFile(path, Buffer.concat([Buffer.from("GGUF\x03", "latin1"), Buffer.alloc(500)]));
  await assertRefused(path, /damaged/);
});
