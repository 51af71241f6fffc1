import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readPasswords } from "./passwords.js";

let parent: string;
before(async () => {
  parent = await mkdtemp(join(tmpdir(), "bullpen-passwords-"));
});
after(() => rm(parent, { recursive: true, force: true }));

test("missing passwords are made once, in a folder of its owner's, and others are kept", async () => {
  const folder = join(parent, "secrets/redis");
  const first = await readPasswords(folder, ["api", "worker"]);
  assert.match(first.get("api") ?? "", /^[\w-]{32}$/);
  assert.notEqual(first.get("api"), first.get("worker"));
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal(await readFile(join(folder, "api"), "utf8"), `${first.get("api")}\n`);
  await writeFile(join(folder, "worker"), "of-the-operator\n");
  const second = await readPasswords(folder, ["api", "worker", "batcher"]);
  assert.deepEqual([second.get("api"), second.get("worker")], [first.get("api"), "of-the-operator"]);
  assert.equal(second.size, 3);
});

test("a file without a password, and a folder that is none, are refused by their path", async () => {
  const folder = join(parent, "bad");
  await readPasswords(folder, ["api"]);
  for (const content of ["", " \n", "two words", "one\ntwo"]) {
    await writeFile(join(folder, "api"), content);
    await assert.rejects(readPasswords(folder, ["api"]), /--passwords: .*bad/, JSON.stringify(content));
  }
  await assert.rejects(readPasswords(join(folder, "api"), ["x"]), /--passwords: .*api cannot be used/);
});
