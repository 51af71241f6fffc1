import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findRunningStacks, takeDataFolder } from "./data-folder.js";

let parent: string;
before(async () => {
  parent = await mkdtemp(join(tmpdir(), "bullpen-data-"));
});
after(() => rm(parent, { recursive: true, force: true }));

test("two stacks of one name get folders of their own, and others find them", async () => {
  const first = await takeDataFolder(join(parent, "demo"), true);
  const second = await takeDataFolder(join(parent, "demo"), true);
  assert.equal(first.path, join(parent, "demo"));
  assert.equal(second.path, join(parent, "demo-2"));
  await second.describe({ api_url: "http://127.0.0.1:1" });
  const urls = (await findRunningStacks(parent)).map((stack) => stack.api_url);
  assert.deepEqual(urls.toSorted(), ["http://127.0.0.1:1", undefined].toSorted());
  await first.release();
  await second.release();
  assert.deepEqual(await findRunningStacks(parent), []);
});

test("a folder that was chosen and is in use is refused, not moved aside", async () => {
  const folder = await takeDataFolder(join(parent, "chosen"), false);
  await assert.rejects(takeDataFolder(join(parent, "chosen"), false), /Another Bullpen uses the data folder/);
  await folder.release();
});

test("a folder whose stack was killed is taken over", async () => {
  const folder = join(parent, "killed");
  await (await takeDataFolder(folder, false)).release();
  const gone = spawnSync("true").pid;
  await writeFile(join(folder, "stack.json"), JSON.stringify({ pid: gone, started_at: 1 }));
  const taken = await takeDataFolder(folder, false);
  assert.equal(taken.path, folder);
  await taken.release();
});
