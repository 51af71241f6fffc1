import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LogFile } from "./log-file.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-log-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a log that grows too long is rotated and replaces the older one", async () => {
  const path = join(folder, "long.log");
  const log = new LogFile(path, 10);
  for (const line of ["first line\n", "second line\n", "third line\n"]) log.write(Buffer.from(line));
  log.end();
  assert.equal(await readFile(path, "utf8"), "third line\n");
  assert.equal(await readFile(`${path}.1`, "utf8"), "second line\n");
});

test("a log that cannot be written loses lines, and reports how many once it can be written again", async () => {
  const path = join(folder, "full.log");
  const log = new LogFile(path);
  log.write(Buffer.from("before\n"));
  log.end();
  await rm(path);
  await mkdir(path); // a folder cannot be opened for writing, like a file on a full disk
  log.write(Buffer.from("lost\n"));
  log.write(Buffer.from("lost too\n"));
  await rm(path, { recursive: true });
  log.write(Buffer.from("after\n"));
  log.end();
  assert.match(await readFile(path, "utf8"), /^\n\{.*"14 bytes of this log were lost \(EISDIR.*\n.*after\n$/);
});
