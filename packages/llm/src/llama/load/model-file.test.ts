import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadNodeLlamaModel } from "./load-node-llama-model.js";
import { readModelFile } from "./model-file.js";
import { ModelLoadError } from "./model-load-error.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../../models/demo/bullpen-demo.gguf", import.meta.url));

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

test("a GGUF file that ends in its header", async () => {
  const path = join(folder, "short.gguf");
  await writeFile(path, Buffer.from("GGUF\x03\x00\x00\x00\x05", "latin1"));
  await assertRefused(path, /Download or copy it again/);
  // The reader takes what is missing for zeros: enough of them pass for a file without tensors.
  await writeFile(path, Buffer.concat([Buffer.from("GGUF\x03", "latin1"), Buffer.alloc(500)]));
  await assertRefused(path, /damaged/);
});

test("a part of a split model whose other parts are not beside it", async () => {
  const first = join(folder, "big-00001-of-00003.gguf");
  await copyFile(DEMO_MODEL, first);
  await assertRefused(
    first,
    /first of 3 parts .* big-00002-of-00003\.gguf and 1 more are missing.*one folder/,
  );
  await copyFile(DEMO_MODEL, join(folder, "big-00002-of-00003.gguf"));
  await assertRefused(first, /big-00003-of-00003\.gguf is missing/);
  await assertRefused(
    join(folder, "big-00002-of-00003.gguf"),
    /part 2 .* first part, big-00001-of-00003\.gguf/,
  );
});

test("a model of an architecture that llama.cpp does not know, in llama.cpp's words", async () => {
  const path = join(folder, "newer.gguf");
  const bytes = await readFile(DEMO_MODEL);
  const name = bytes.indexOf("llama", bytes.indexOf("general.architecture"));
  bytes.write("lambo", name, "latin1");
  await writeFile(path, bytes);
  const load = loadNodeLlamaModel({
    modelPath: path,
    name: "newer",
    slots: 1,
    contextTokensPerSlot: 256,
    threads: 1,
    gpu: false,
  });
  await assert.rejects(load, (error) => {
    assert.ok(error instanceof ModelLoadError);
    assert.match(error.message, /newer\.gguf could not be loaded \(unknown model architecture: 'lambo'\)/);
    assert.doesNotMatch(error.message, /[Dd]ownload/);
    return true;
  });
});
